import type { ReasonGroup } from '../../../../shared/domain/reason-groups.ts';

/** What each group of reasons means, and what to do, in Spanish; the English texts are those of the documents. */
export const reasonsEs: Record<ReasonGroup, { means: string; operator: string }> = {
  not_similar: {
    means: 'El rostro no se parece lo suficiente al registrado.',
    operator: 'Pide una foto nueva con buena luz, una o dos veces. Después usa otra vía.',
  },
  not_live: {
    means: 'Truora no ve a una persona viva.',
    operator: 'Pide que la persona tome el video o la foto en vivo, no de una pantalla ni de un impreso.',
  },
  not_spoken: {
    means: 'Las palabras dichas no son la frase, según lo que pide `minimumPrecision` (supuesto).',
    operator: 'Pide una nueva captura en vivo en un lugar tranquilo.',
  },
  no_face: {
    means: 'Truora no encuentra un rostro.',
    operator: 'Pide una foto nueva: rostro completo, más luz, sin tapabocas, gorra ni gafas oscuras.',
  },
  file_not_readable: {
    means: 'Truora no puede leer el archivo.',
    operator: 'Pide una foto o un video nuevo. Si ocurre a menudo, revisa la aplicación que crea los archivos.',
  },
  risk: {
    means: 'Truora ve un riesgo o la foto de una foto, o conoce el rostro de una colección.',
    operator: 'No digas el motivo a la persona. Pasa el caso a tu equipo de fraude.',
  },
  not_completed: {
    means: 'La validación terminó en Truora por un motivo que no es el rostro.',
    operator: 'Inicia un caso nuevo. No dice nada sobre la persona.',
  },
  retries_over: {
    means: 'Los reintentos que Truora permite se agotaron.',
    operator: 'Inicia un caso nuevo más tarde, sin `retryOf`.',
  },
  not_explained: {
    means: 'Truora rechazó y no dice más.',
    operator: 'Trátalo como no verificado. Pide que una persona lo revise.',
  },
  unknown: {
    means:
      'Truora no da motivo, o da uno que no se conoce aquí (está en `rawReason`). También con `expired` y `failed`.',
    operator: 'Trátalo como no verificado. Pide que una persona lo revise.',
  },
  time_over: {
    means: 'El tiempo de la validación se acabó en Truora.',
    operator: 'Inicia un caso nuevo.',
  },
  not_recorded: {
    means:
      'La persona de una captura en vivo no grabó nada a tiempo. La validación queda sin usar, y Truora puede cobrarla (supuesto).',
    operator: 'Inicia un caso nuevo cuando la persona esté lista.',
  },
  review_over: {
    means: 'El tiempo de la revisión propia de Truora se acabó.',
    operator: 'Inicia un caso nuevo.',
  },
  undecided: {
    means: 'Truora no decidió antes del plazo y su margen.',
    operator: 'Inicia un caso nuevo. Un veredicto posterior llega como enmienda.',
  },
  request: {
    means: 'La solicitud incumple una regla. `detail` nombra el campo y la regla.',
    operator: 'Corrige el sistema que llama.',
  },
  erased: {
    means: 'La persona de este id de cuenta fue borrada.',
    operator: 'Registra a la persona con un id de cuenta nuevo.',
  },
  consent: {
    means:
      '`userAuthorized` no es verdadero, o no se nombra ningún recibo del consentimiento donde el despliegue exige uno.',
    operator: 'Pide primero el consentimiento de la persona.',
  },
  consent_receipt: {
    means: 'El recibo del consentimiento no es conocido para esta persona, o es para otro fin.',
    operator: 'Pide el consentimiento de la persona para este fin, y regístralo.',
  },
  consent_ended: {
    means:
      'El consentimiento fue revocado, o su plazo terminó. Antes de la toma del caso el estado es `refused`: nada había empezado. Después, el rostro ya no se usa.',
    operator: 'Ofrece la otra vía. Inicia un caso nuevo solo con un consentimiento nuevo.',
  },
  alternative: {
    means: 'La persona toma otra vía, y el rostro ya no se usa.',
    operator: 'Lleva a la persona a la otra vía. El evento la nombra.',
  },
  other_request: { means: 'La clave pertenece a otra solicitud.', operator: 'Usa una clave nueva.' },
  other_question: {
    means: 'Sobre este archivo ya se preguntó con otro registro, otro fin u otras opciones.',
    operator: 'Sube el archivo de nuevo, o llama con `forceNew` y una clave nueva.',
  },
  old_answer: {
    means: 'La respuesta que hay es más antigua que `maxAgeSeconds`.',
    operator: 'Pide un archivo nuevo, o llama con `forceNew` y una clave nueva.',
  },
  uploads: { means: 'Un formulario acepta 100 cargas.', operator: 'Pide un formulario nuevo.' },
  linked_retry: {
    means: 'El reintento enlazado (`retryOf`) no es posible. `detail` dice por qué.',
    operator: 'Inicia un caso nuevo sin `retryOf`.',
  },
  media: {
    means: 'El archivo incumple una regla que se conoce antes de preguntar a Truora.',
    operator: 'Pide un archivo nuevo, como dice `detail`.',
  },
  sound: {
    means: 'Hay que decir una frase, y el archivo no tiene sonido.',
    operator: 'Pide un video con sonido.',
  },
  early: {
    means: 'El archivo se subió a una captura en vivo antes de que hubiera frase. El caso en vivo sigue esperando.',
    operator: 'Graba cuando el caso tenga su `phrase`.',
  },
  media_version: {
    means: 'La versión del archivo es más antigua que `mediaHours`.',
    operator: 'Sube el archivo de nuevo.',
  },
  media_gone: {
    means: 'La versión del archivo fue borrada. Después de la llamada que se cobra el estado es `failed`: se cobró.',
    operator: 'Sube el archivo de nuevo.',
  },
  media_changed: {
    means:
      'La versión del archivo fue reemplazada. Después de la llamada que se cobra el estado es `failed`: se cobró.',
    operator: 'Sube el archivo de nuevo.',
  },
  enrollment: {
    means: 'La persona no tiene un registro terminado con este id.',
    operator: 'Revisa los ids, o registra a la persona.',
  },
  enrollment_pending: {
    means: 'El registro seguía pendiente después de todos los reintentos.',
    operator: 'Sube el archivo de nuevo cuando el registro haya terminado.',
  },
  spending: {
    means: 'El presupuesto del día está gastado, o un operador cerró Truora.',
    operator: 'Di a la persona que lo intente más tarde. Pregunta al operador del despliegue.',
  },
  truora_error: { means: 'Truora informa de un error propio.', operator: 'Inicia un caso nuevo.' },
  verdict: {
    means: 'Truora responde con éxito, pero a otra cosa que la pedida, o sin similitud.',
    operator: 'Trata a la persona como no verificada.',
  },
  creation: {
    means: 'La respuesta de una llamada de creación se perdió, y puede haberse cobrado.',
    operator: 'Lee primero ExecutionsFailed en el RUNBOOK: un caso nuevo puede ser un segundo cobro.',
  },
  no_phrase: {
    means: 'Truora creó una validación con voz sin frase en un lugar conocido. Queda huérfana.',
    operator: 'Pregunta sin `speech_match`, y lee Orphans en el RUNBOOK.',
  },
  truora: {
    means: 'No se pudo usar Truora, después de todos los reintentos.',
    operator: 'Inicia un caso nuevo más tarde.',
  },
  system: { means: 'Este sistema no pudo completar el caso.', operator: 'Inicia un caso nuevo.' },
  canceled: { means: 'Quien llama canceló el caso.', operator: 'Nada.' },
};
