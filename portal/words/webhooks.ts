import type { Words } from './text.ts';

/** The page of webhooks. */
export const webhookWords = {
  webhooksHelp: {
    en: 'bootready calls these addresses when an image is published, rejected or fails. Receivers check each call with the signing secret.',
    de: 'bootready ruft diese Adressen auf, wenn ein Image veröffentlicht wird, abgelehnt wird oder fehlschlägt. Empfänger prüfen jeden Aufruf mit dem Signaturschlüssel.',
  },
  noWebhooks: { en: 'No webhooks yet', de: 'Noch keine Webhooks' },
  addWebhook: { en: 'Add webhook', de: 'Webhook hinzufügen' },
  webhookState: { en: 'State', de: 'Zustand' },
  webhookActive: { en: 'Active', de: 'Aktiv' },
  webhookDisabled: { en: 'Disabled', de: 'Abgeschaltet' },
  webhookUrlHelp: {
    en: 'An http or https address of your service',
    de: 'Eine Adresse Ihres Dienstes mit http oder https',
  },
  webhookSecretTitle: { en: 'The webhook is added', de: 'Der Webhook ist hinzugefügt' },
  webhookSecret: { en: 'Signing secret', de: 'Signaturschlüssel' },
  webhookSecretHelp: {
    en: 'Copy the secret now. It is not shown again.',
    de: 'Kopieren Sie den Schlüssel jetzt. Er wird nicht noch einmal angezeigt.',
  },
  disable: { en: 'Disable', de: 'Abschalten' },
  disableWebhook: { en: 'Disable {url}', de: '{url} abschalten' },
  disableWebhookTitle: { en: 'Disable the webhook?', de: 'Webhook abschalten?' },
  disableWebhookHelp: {
    en: '{url} is not called any more. This cannot be undone.',
    de: '{url} wird nicht mehr aufgerufen. Das lässt sich nicht rückgängig machen.',
  },
  webhookIsDisabled: { en: 'The webhook is disabled.', de: 'Der Webhook ist abgeschaltet.' },
} as const satisfies Words;
