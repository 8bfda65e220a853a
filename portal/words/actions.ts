import type { Words } from './text.ts';

/** Actions on an image. */
export const actionsWords = {
  // Actions on an image.
  details: { en: 'Details', de: 'Details' },
  rename: { en: 'Rename', de: 'Umbenennen' },
  renameTitle: { en: 'Rename the image', de: 'Image umbenennen' },
  save: { en: 'Save', de: 'Speichern' },
  download: { en: 'Download', de: 'Herunterladen' },
  retry: { en: 'Try again', de: 'Erneut versuchen' },
  stop: { en: 'Stop processing', de: 'Verarbeitung abbrechen' },
  remove: { en: 'Delete', de: 'Löschen' },
  removeTitle: { en: 'Delete the image?', de: 'Image löschen?' },
  removeHelp: {
    en: 'This deletes “{name}” and all its data. It cannot be undone.',
    de: '„{name}“ wird mit allen Daten gelöscht. Das lässt sich nicht rückgängig machen.',
  },
  removeWhileGoing: {
    en: 'The image is still being processed. Processing is stopped first.',
    de: 'Das Image wird noch verarbeitet. Die Verarbeitung wird zuerst abgebrochen.',
  },
  removed: { en: 'Deleting “{name}”.', de: '„{name}“ wird gelöscht.' },
  renamed: { en: 'The image is now called “{name}”.', de: 'Das Image heißt jetzt „{name}“.' },
  retried: { en: 'Trying “{name}” again.', de: '„{name}“ wird erneut versucht.' },
  stopped: { en: 'Stopping “{name}”.', de: 'Die Verarbeitung von „{name}“ wird abgebrochen.' },

  removedMany: {
    en: 'Deleting {count, plural, one {# image} other {# images}}.',
    de: '{count, plural, one {# Image wird} other {# Images werden}} gelöscht.',
  },
  removeManyTitle: {
    en: 'Delete {count, plural, one {# image} other {# images}}?',
    de: '{count, plural, one {# Image} other {# Images}} löschen?',
  },
  removeManyHelp: {
    en: 'This deletes these images and all their data. It cannot be undone.',
    de: 'Diese Images werden mit allen Daten gelöscht. Das lässt sich nicht rückgängig machen.',
  },
  removeChosen: {
    en: 'Delete {count, plural, one {# image} other {# images}}',
    de: '{count, plural, one {# Image} other {# Images}} löschen',
  },
  choose: { en: 'Select {name}', de: '{name} auswählen' },
  chooseAll: { en: 'Select all on this page', de: 'Alle auf dieser Seite auswählen' },

  // Repairs.
  repair: { en: 'Repair', de: 'Reparieren' },
  repairMenu: { en: 'Repair …', de: 'Reparieren …' },
  repairTitle: { en: 'Repair the image', de: 'Image reparieren' },
  repairHelp: {
    en: 'This makes a new image and checks it like every upload. The original stays unchanged.',
    de: 'Es entsteht ein neues Image, das wie jeder Upload geprüft wird. Das Original bleibt unverändert.',
  },
  remedies: { en: 'Problems to fix', de: 'Zu beheben' },
  repairAnswers: {
    en: 'Fixes {count, plural, one {# finding} other {# findings}}.',
    de: 'Behebt {count, plural, one {# Befund} other {# Befunde}}.',
  },
  repairName: { en: 'Name of the new image', de: 'Name des neuen Images' },
  repairedName: { en: '{name} (repaired)', de: '{name} (repariert)' },
  repairNothing: {
    en: 'No repair is available for the system in this image.',
    de: 'Für das System in diesem Image gibt es keine Reparatur.',
  },
  repairBegun: { en: 'Creating “{name}”.', de: '„{name}“ wird erstellt.' },
  repairOf: { en: 'Repair', de: 'Reparatur' },
  repairOriginal: { en: 'Show the original', de: 'Original anzeigen' },
  repairQueued: { en: 'The repair waits for a worker.', de: 'Die Reparatur wartet auf einen Worker.' },
  repairRunning: { en: 'Repairing the copy.', de: 'Die Kopie wird gerade repariert.' },
  repairHandedOver: {
    en: 'Created by repairing another image.',
    de: 'Durch die Reparatur eines anderen Images entstanden.',
  },
  repairFailed: { en: 'The repair failed.', de: 'Die Reparatur ist fehlgeschlagen.' },
  repairCancelled: { en: 'The repair was cancelled.', de: 'Die Reparatur wurde abgebrochen.' },
  repairBefore: { en: 'Found in the original', de: 'Im Original gefunden' },
  repairChangedBy: { en: 'Changed by {remedy}', de: 'Geändert durch {remedy}' },
  repairChangedNothing: { en: 'No change was needed.', de: 'Keine Änderung nötig.' },

  // Properties of an image.
  propertiesMenu: { en: 'Properties …', de: 'Eigenschaften …' },
  propertiesTitle: { en: 'Properties of the image', de: 'Eigenschaften des Images' },
  propertiesHelp: {
    en: 'Boot requirements, and metadata for the cloud.',
    de: 'Anforderungen zum Starten und Angaben für die Cloud.',
  },
  propertiesSaved: {
    en: 'The properties of “{name}” are saved.',
    de: 'Die Eigenschaften von „{name}“ sind gespeichert.',
  },
  minRam: { en: 'Memory to boot', de: 'Speicher zum Booten' },
  minDisk: { en: 'Disk to boot', de: 'Festplatte zum Booten' },
  less: { en: 'Less: {what}', de: 'Weniger: {what}' },
  more: { en: 'More: {what}', de: 'Mehr: {what}' },
  propertyName: { en: 'Name of the property', de: 'Name der Eigenschaft' },
  propertyValue: { en: 'Value of {name}', de: 'Wert von {name}' },
  propertyAdd: { en: 'Add a property', de: 'Eigenschaft hinzufügen' },
  propertyRemove: { en: 'Remove {name}', de: '{name} entfernen' },
  visibility: { en: 'Visible to', de: 'Sichtbar für' },
  private: { en: 'Private', de: 'Privat' },
  shareable: { en: 'Shareable', de: 'Teilbar' },
  community: { en: 'Community', de: 'Gemeinschaft' },
  public: { en: 'Public', de: 'Öffentlich' },
  visibilityColumn: { en: 'Visibility', de: 'Sichtbarkeit' },
  allVisibilities: { en: 'All visibilities', de: 'Alle Sichtbarkeiten' },
  visibilityPrivate: { en: 'this project', de: 'dieses Projekt' },
  visibilityShared: {
    en: 'this project and those it is shared with',
    de: 'dieses Projekt und die, für die es freigegeben ist',
  },
  visibilityCommunity: { en: 'everyone who knows it', de: 'alle, die es kennen' },
  visibilityPublic: { en: 'everyone', de: 'alle' },
  snapshot: { en: 'Snapshot', de: 'Snapshot' },
  allTypes: { en: 'Images and snapshots', de: 'Images und Snapshots' },
  onlyImages: { en: 'Images only', de: 'Nur Images' },
  onlySnapshots: { en: 'Snapshots only', de: 'Nur Snapshots' },
  type: { en: 'Type', de: 'Art' },

  // Sharing.
  share: { en: 'Share', de: 'Freigeben' },
  shareMenu: { en: 'Share …', de: 'Freigeben …' },
  shareTitle: { en: 'Share the image', de: 'Image freigeben' },
  shareHelp: {
    en: 'The other project can use the image but cannot change it. The image appears in that project’s list once accepted.',
    de: 'Das andere Projekt kann das Image nutzen, aber nicht ändern. Das Image erscheint dort in der Liste, sobald das Projekt die Freigabe annimmt.',
  },
  shareWith: { en: 'Project', de: 'Projekt' },
  shared: { en: '“{name}” is shared with {project}.', de: '„{name}“ ist für {project} freigegeben.' },
  members: { en: 'Shared with', de: 'Freigegeben für' },
  memberPending: { en: 'Not answered yet', de: 'Noch nicht beantwortet' },
  memberAccepted: { en: 'Accepted', de: 'Angenommen' },
  memberRejected: { en: 'Declined', de: 'Abgelehnt' },
  unshare: { en: 'Stop sharing', de: 'Freigabe aufheben' },
  answer: { en: 'Answer', de: 'Antwort' },
  everyAnswer: { en: 'All answers', de: 'Alle Antworten' },
  acceptShare: { en: 'Accept', de: 'Annehmen' },
  declineShare: { en: 'Decline', de: 'Ablehnen' },
  acceptedShare: { en: 'You have accepted “{name}”.', de: 'Sie haben „{name}“ angenommen.' },
  declinedShare: { en: 'You have declined “{name}”.', de: 'Sie haben „{name}“ abgelehnt.' },
  noSharedImages: { en: 'No shared images', de: 'Keine geteilten Images' },
  noSharedImagesHelp: {
    en: 'Images that other projects share with this one appear here. You can accept or decline each of them.',
    de: 'Hier erscheinen Images, die andere Projekte für dieses freigeben. Sie können jedes annehmen oder ablehnen.',
  },

  // Platform images.
  promote: { en: 'Offer to everyone', de: 'Allen anbieten' },
  promoteMenu: { en: 'Make a platform image …', de: 'Zum Plattform-Image machen …' },
  promoteTitle: { en: 'Make it a platform image', de: 'Zum Plattform-Image machen' },
  promoteHelp: {
    en: 'Everyone can use the image; only administrators can change it. It replaces the newest image of its family.',
    de: 'Alle können das Image nutzen, nur Administratoren können es ändern. Es ersetzt das neueste Image seiner Familie.',
  },
  promoted: { en: '“{name}” is the newest image of {family}.', de: '„{name}“ ist das neueste Image von {family}.' },
  family: { en: 'Family', de: 'Familie' },
  familyHelp: { en: 'For example debian-12', de: 'Zum Beispiel debian-12' },

  // Downloads from an address.
  downloadOf: { en: 'Origin', de: 'Herkunft' },
  downloadQueued: { en: 'Waiting to download from', de: 'Wartet auf den Download von' },
  downloadRunning: { en: 'Downloading from', de: 'Wird heruntergeladen von' },
  downloadHandedOver: { en: 'Downloaded from', de: 'Heruntergeladen von' },
  downloadFailed: { en: 'Download failed from', de: 'Download fehlgeschlagen von' },
  downloadCancelled: { en: 'Download cancelled:', de: 'Download abgebrochen:' },

  // Documents.
  documents: { en: 'Documents', de: 'Dokumente' },
  reportPage: { en: 'Report as a page', de: 'Bericht als Seite' },
  reportJson: { en: 'Report as JSON', de: 'Bericht als JSON' },
  billOfMaterials: { en: 'Bill of materials (CycloneDX)', de: 'Stückliste (CycloneDX)' },
  provenance: { en: 'Signed provenance', de: 'Signierter Herkunftsnachweis' },
} as const satisfies Words;
