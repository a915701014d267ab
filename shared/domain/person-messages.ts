import * as z from 'zod/mini';
import type { MessageName } from './reason-classes.ts';

/** The languages of the texts for persons. The first is for a person whose languages are none of these. */
export const languages = ['es', 'pt', 'en'] as const;

export type Language = (typeof languages)[number];

type Text = Readonly<Record<Language, string>>;

/**
 * What a person reads about the end of a case. No text names a score, a threshold, a rule or a suspicion. `otherWay` follows only where
 * the deployment offers another way.
 */
export const messages: Readonly<Record<MessageName, { text: Text; otherWay: boolean }>> = {
  not_seen_well: {
    text: {
      es: 'No pudimos ver bien tu rostro. Busca buena luz, quítate los lentes o la gorra e inténtalo una vez más.',
      pt: 'Não conseguimos ver bem o seu rosto. Procure boa luz, tire os óculos ou o boné e tente mais uma vez.',
      en: 'We could not see your face well. Find good light, take off glasses or a cap, and try once more.',
    },
    otherWay: false,
  },
  not_confirmed: {
    text: {
      es: 'No pudimos confirmar que eres tú. Inténtalo una vez más.',
      pt: 'Não conseguimos confirmar que é você. Tente mais uma vez.',
      en: 'We could not confirm that it is you. Please try once more.',
    },
    otherWay: true,
  },
  not_confirmed_now: {
    text: {
      es: 'No pudimos confirmar que eres tú. Inténtalo más tarde.',
      pt: 'Não conseguimos confirmar que é você. Tente mais tarde.',
      en: 'We could not confirm that it is you. Please try later.',
    },
    otherWay: true,
  },
  not_completed: {
    text: {
      es: 'No pudimos completar la verificación. Puedes pedir que una persona la revise.',
      pt: 'Não conseguimos concluir a verificação. Você pode pedir que uma pessoa a revise.',
      en: 'We could not complete the check. You can ask for a person to look at it.',
    },
    otherWay: true,
  },
  not_finished: {
    text: {
      es: 'La verificación no se terminó. Empieza de nuevo.',
      pt: 'A verificação não foi concluída. Comece de novo.',
      en: 'The check was not finished. Please start again.',
    },
    otherWay: false,
  },
  our_problem: {
    text: {
      es: 'Tenemos un problema nuestro, no tuyo. Inténtalo más tarde.',
      pt: 'Temos um problema nosso, não seu. Tente mais tarde.',
      en: 'We have a problem. It is ours, not yours. Please try later.',
    },
    otherWay: true,
  },
  not_registered: {
    text: {
      es: 'Tu rostro todavía no está registrado.',
      pt: 'O seu rosto ainda não está cadastrado.',
      en: 'Your face is not registered yet.',
    },
    otherWay: false,
  },
  permission_needed: {
    text: {
      es: 'Necesitamos tu permiso para esta verificación. Darlo es opcional.',
      pt: 'Precisamos da sua permissão para esta verificação. Ela é opcional.',
      en: 'We need your permission for this check. Giving it is optional.',
    },
    otherWay: true,
  },
  face_not_used: {
    text: {
      es: 'La verificación de tu rostro terminó, y ya no usamos tu rostro.',
      pt: 'A verificação do seu rosto terminou, e não usamos mais o seu rosto.',
      en: 'The check of your face has ended, and we no longer use your face.',
    },
    otherWay: true,
  },
};

/** The sentence about the other way, before its words. */
export const otherWay: Text = {
  es: 'También puedes usar otra vía',
  pt: 'Você também pode usar outro meio',
  en: 'You can also use another way',
};

const Way = z.strictObject({
  /** Where the other way begins: an https address. */
  url: z.optional(z.url({ protocol: /^https$/, error: 'must be an https address' }).check(z.maxLength(300))),
  /** A few words about the other way, with which a message ends. */
  text: z.optional(z.string().check(z.regex(/^[^\p{C}]{1,120}$/u, 'must be 1 to 120 printable characters'))),
});

/** Another way for the person to prove who they are, as the deployment offers it. */
export const Alternative = Way.check(
  z.refine(({ url, text }) => url !== undefined || text !== undefined, 'must hold url, text or both'),
);

export type Alternative = z.infer<typeof Alternative>;

/** The other way in an outcome: a reader accepts fields that a later version adds. */
export const OfferedAlternative = z.object(Way.shape);

/** The whole text for a person. @param alternative undefined where the deployment offers no other way */
export const messageFor = (name: MessageName, language: Language, alternative: Alternative | undefined): string => {
  const { text, otherWay: hasOtherWay } = messages[name];
  if (!hasOtherWay || !alternative) return text[language];
  const where = [alternative.text, alternative.url].filter(Boolean).join(' ');
  return `${text[language]} ${otherWay[language]}: ${where}`;
};
