import type { ReasonGroup } from '../../../../shared/domain/reason-groups.ts';

/** What each group of reasons means, and what to do, in Portuguese; the English texts are those of the documents. */
export const reasonsPt: Record<ReasonGroup, { means: string; operator: string }> = {
  not_similar: {
    means: 'O rosto não é parecido o suficiente com o cadastrado.',
    operator: 'Peça uma foto nova com boa luz, uma ou duas vezes. Depois use outro meio.',
  },
  not_live: {
    means: 'A Truora não vê uma pessoa viva.',
    operator: 'Peça que a pessoa faça o vídeo ou a foto ao vivo, não de uma tela nem de um impresso.',
  },
  not_spoken: {
    means: 'As palavras ditas não são a frase, conforme o que `minimumPrecision` pede (suposto).',
    operator: 'Peça uma nova captura ao vivo em um lugar silencioso.',
  },
  no_face: {
    means: 'A Truora não encontra um rosto.',
    operator: 'Peça uma foto nova: rosto inteiro, mais luz, sem máscara, boné nem óculos escuros.',
  },
  file_not_readable: {
    means: 'A Truora não consegue ler o arquivo.',
    operator:
      'Peça uma foto ou um vídeo novo. Se acontecer com frequência, verifique o aplicativo que cria os arquivos.',
  },
  risk: {
    means: 'A Truora vê um risco ou a foto de uma foto, ou conhece o rosto de uma coleção.',
    operator: 'Não diga o motivo à pessoa. Passe o caso à sua equipe de fraude.',
  },
  not_completed: {
    means: 'A validação terminou na Truora por um motivo que não é o rosto.',
    operator: 'Inicie um caso novo. Não diz nada sobre a pessoa.',
  },
  retries_over: {
    means: 'As novas tentativas que a Truora permite acabaram.',
    operator: 'Inicie um caso novo mais tarde, sem `retryOf`.',
  },
  not_explained: {
    means: 'A Truora recusou e não diz mais nada.',
    operator: 'Trate como não verificado. Peça que uma pessoa revise.',
  },
  unknown: {
    means:
      'A Truora não dá motivo, ou dá um que não é conhecido aqui (está em `rawReason`). Também com `expired` e `failed`.',
    operator: 'Trate como não verificado. Peça que uma pessoa revise.',
  },
  time_over: { means: 'O tempo da validação acabou na Truora.', operator: 'Inicie um caso novo.' },
  not_recorded: {
    means:
      'A pessoa de uma captura ao vivo não gravou nada a tempo. A validação fica sem uso, e a Truora pode cobrá-la (suposto).',
    operator: 'Inicie um caso novo quando a pessoa estiver pronta.',
  },
  review_over: { means: 'O tempo da revisão da própria Truora acabou.', operator: 'Inicie um caso novo.' },
  undecided: {
    means: 'A Truora não decidiu antes do prazo e da sua margem.',
    operator: 'Inicie um caso novo. Um veredito posterior chega como emenda.',
  },
  request: {
    means: 'A solicitação descumpre uma regra. `detail` diz o campo e a regra.',
    operator: 'Corrija o sistema que chama.',
  },
  erased: {
    means: 'A pessoa deste id de conta foi apagada.',
    operator: 'Cadastre a pessoa com um id de conta novo.',
  },
  consent: {
    means:
      '`userAuthorized` não é verdadeiro, ou nenhum recibo do consentimento é informado onde a implantação exige um.',
    operator: 'Peça primeiro o consentimento da pessoa.',
  },
  consent_receipt: {
    means: 'O recibo do consentimento não é conhecido para esta pessoa, ou é para outra finalidade.',
    operator: 'Peça o consentimento da pessoa para esta finalidade, e registre-o.',
  },
  consent_ended: {
    means:
      'O consentimento foi revogado, ou o seu prazo acabou. Antes da tomada do caso o status é `refused`: nada tinha começado. Depois, o rosto não é mais usado.',
    operator: 'Ofereça o outro meio. Inicie um caso novo só com um consentimento novo.',
  },
  alternative: {
    means: 'A pessoa usa outro meio, e o rosto não é mais usado.',
    operator: 'Leve a pessoa ao outro meio. O evento diz qual é.',
  },
  other_request: { means: 'A chave pertence a outra solicitação.', operator: 'Use uma chave nova.' },
  other_question: {
    means: 'Sobre este arquivo já se perguntou com outro cadastro, outra finalidade ou outras opções.',
    operator: 'Envie o arquivo de novo, ou chame com `forceNew` e uma chave nova.',
  },
  old_answer: {
    means: 'A resposta que existe é mais antiga que `maxAgeSeconds`.',
    operator: 'Peça um arquivo novo, ou chame com `forceNew` e uma chave nova.',
  },
  uploads: { means: 'Um formulário aceita 100 envios.', operator: 'Peça um formulário novo.' },
  linked_retry: {
    means: 'A nova tentativa ligada (`retryOf`) não é possível. `detail` diz por quê.',
    operator: 'Inicie um caso novo sem `retryOf`.',
  },
  media: {
    means: 'O arquivo descumpre uma regra que se conhece antes de perguntar à Truora.',
    operator: 'Peça um arquivo novo, como diz `detail`.',
  },
  sound: { means: 'É preciso dizer uma frase, e o arquivo não tem som.', operator: 'Peça um vídeo com som.' },
  early: {
    means: 'O arquivo foi enviado a uma captura ao vivo antes de haver frase. O caso ao vivo continua à espera.',
    operator: 'Grave quando o caso tiver a sua `phrase`.',
  },
  media_version: {
    means: 'A versão do arquivo é mais antiga que `mediaHours`.',
    operator: 'Envie o arquivo de novo.',
  },
  media_gone: {
    means: 'A versão do arquivo foi apagada. Depois da chamada que é cobrada o status é `failed`: foi cobrada.',
    operator: 'Envie o arquivo de novo.',
  },
  media_changed: {
    means: 'A versão do arquivo foi substituída. Depois da chamada que é cobrada o status é `failed`: foi cobrada.',
    operator: 'Envie o arquivo de novo.',
  },
  enrollment: {
    means: 'A pessoa não tem um cadastro concluído com este id.',
    operator: 'Verifique os ids, ou cadastre a pessoa.',
  },
  enrollment_pending: {
    means: 'O cadastro ainda estava pendente depois de todas as tentativas.',
    operator: 'Envie o arquivo de novo quando o cadastro terminar.',
  },
  spending: {
    means: 'O orçamento do dia foi gasto, ou um operador fechou a Truora.',
    operator: 'Diga à pessoa que tente mais tarde. Pergunte ao operador da implantação.',
  },
  truora_error: { means: 'A Truora informa um erro próprio.', operator: 'Inicie um caso novo.' },
  verdict: {
    means: 'A Truora responde com sucesso, mas a outra coisa que não a pedida, ou sem similaridade.',
    operator: 'Trate a pessoa como não verificada.',
  },
  creation: {
    means: 'A resposta de uma chamada de criação se perdeu, e ela pode ter sido cobrada.',
    operator: 'Leia primeiro ExecutionsFailed no RUNBOOK: um caso novo pode ser uma segunda cobrança.',
  },
  no_phrase: {
    means: 'A Truora criou uma validação com fala sem frase em um lugar conhecido. Ela fica órfã.',
    operator: 'Pergunte sem `speech_match`, e leia Orphans no RUNBOOK.',
  },
  truora: {
    means: 'Não foi possível usar a Truora, depois de todas as tentativas.',
    operator: 'Inicie um caso novo mais tarde.',
  },
  system: { means: 'Este sistema não conseguiu concluir o caso.', operator: 'Inicie um caso novo.' },
  canceled: { means: 'Quem chama cancelou o caso.', operator: 'Nada.' },
};
