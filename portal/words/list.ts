import type { Words } from './text.ts';

/** Lists of images. */
export const listWords = {
  // The list.
  name: { en: 'Name', de: 'Name' },
  status: { en: 'Status', de: 'Status' },
  system: { en: 'System', de: 'System' },
  architecture: { en: 'Architecture', de: 'Architektur' },
  format: { en: 'Format', de: 'Format' },
  size: { en: 'Size', de: 'Größe' },
  virtualSize: { en: 'Virtual size', de: 'Virtuelle Größe' },
  created: { en: 'Created', de: 'Erstellt' },
  owner: { en: 'Owner', de: 'Eigentümer' },
  actions: { en: 'Actions', de: 'Aktionen' },
  actionsFor: { en: 'Actions for {name}', de: 'Aktionen für {name}' },
  filterByName: { en: 'Filter by name', de: 'Nach Name filtern' },
  allStatuses: { en: 'All statuses', de: 'Alle Status' },
  allSystems: { en: 'All systems', de: 'Alle Systeme' },
  allFormats: { en: 'All formats', de: 'Alle Formate' },
  clearFilters: { en: 'Clear filters', de: 'Filter zurücksetzen' },
  nothingFound: { en: 'No image matches', de: 'Kein Image gefunden' },
  nothingFoundHelp: {
    en: 'No image matches these filters.',
    de: 'Kein Image entspricht den gewählten Filtern.',
  },
  noImages: { en: 'No images yet', de: 'Noch keine Images' },
  noImagesHelp: {
    en: 'Upload a disk image. We convert it, inspect it and boot it once, so you know it works.',
    de: 'Laden Sie ein Disk-Image hoch. Wir konvertieren es, prüfen es und starten es einmal, damit Sie wissen, dass es funktioniert.',
  },
  requirementFormat: {
    en: 'RAW or QCOW2; VMDK, VHD, VHDX, VDI, Parallels and OVA are converted, also compressed',
    de: 'RAW oder QCOW2; VMDK, VHD, VHDX, VDI, Parallels und OVA werden konvertiert, auch komprimiert',
  },
  requirementVirtio: { en: 'Drivers for virtio, for KVM', de: 'Treiber für virtio, für KVM' },
  requirementCloudInit: {
    en: 'cloud-init, or Cloudbase-Init on Windows',
    de: 'cloud-init, unter Windows Cloudbase-Init',
  },
  noPlatformImages: { en: 'No platform images', de: 'Keine Plattform-Images' },
  noPlatformImagesHelp: {
    en: 'The provider of this platform offers no images yet. Everyone can use platform images, but users cannot change them.',
    de: 'Der Anbieter dieser Plattform stellt noch keine Images bereit. Alle können Plattform-Images nutzen, aber Benutzer können sie nicht ändern.',
  },
  nextPage: { en: 'Next page', de: 'Nächste Seite' },
  previousPage: { en: 'Previous page', de: 'Vorherige Seite' },
  pages: { en: 'Pages', de: 'Seiten' },
  rangeOf: { en: '{first}–{last} of {total}', de: '{first}–{last} von {total}' },
  countOf: {
    en: '{count, plural, one {# image} other {# images}}',
    de: '{count, plural, one {# Image} other {# Images}}',
  },
  pageSize: { en: 'Images per page', de: 'Images pro Seite' },
  perPage: { en: '{count} per page', de: '{count} pro Seite' },
  moreFilters: { en: 'Filters', de: 'Filter' },
  allProjects: { en: 'All projects', de: 'Alle Projekte' },
  ownProject: { en: 'Project {project}', de: 'Projekt {project}' },
  allImages: { en: 'All images', de: 'Alle Images' },
  imagesOf: { en: 'Images of {project}', de: 'Images von {project}' },
  sortBy: { en: 'Sort by {what}', de: 'Nach {what} sortieren' },

  // Glance's statuses, to filter by.
  andMore: { en: '+{count} more', de: '+{count} weitere' },
  notStarted: { en: 'Not started', de: 'Nicht gestartet' },
  statusQueued: { en: 'Queued', de: 'In Warteschlange' },
  statusUploading: { en: 'Uploading', de: 'Wird hochgeladen' },
  statusImporting: { en: 'In progress', de: 'In Arbeit' },
  statusActive: { en: 'Active', de: 'Aktiv' },
  statusKilled: { en: 'Not published', de: 'Nicht veröffentlicht' },
} as const satisfies Words;
