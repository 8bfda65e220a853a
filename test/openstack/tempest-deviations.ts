/** Tests below tempest.api.image.v2, by the reason for which they end otherwise than passed. `says` is in what each of them says then. */
export type Expected = { reason: string; says: RegExp; tests: readonly string[] };

/** What Tempest holds against us, and is wanted. docs/openstack.md tells it to users. */
export const deviations: readonly Expected[] = [
  {
    reason: 'There are no metadata definitions, and nobody makes any.',
    says: /Metadata definitions are not stored here|body\['resource_types'\]\[0\]/,
    tests: [
      'admin.test_images_metadefs_namespace_objects.MetadataNamespaceObjectsTest.test_create_update_delete_meta_namespace_objects',
      'admin.test_images_metadefs_namespace_objects.MetadataNamespaceObjectsTest.test_list_meta_namespace_objects',
      'admin.test_images_metadefs_namespace_objects.MetadataNamespaceObjectsTest.test_show_meta_namespace_objects',
      'admin.test_images_metadefs_namespace_properties.MetadataNamespacePropertiesTest.test_basic_meta_def_namespace_property',
      'admin.test_images_metadefs_namespace_tags.MetadataNamespaceTagsTest.test_create_list_delete_namespace_tags',
      'admin.test_images_metadefs_namespace_tags.MetadataNamespaceTagsTest.test_create_update_delete_tag',
      'admin.test_images_metadefs_namespaces.MetadataNamespacesTest.test_basic_metadata_definition_namespaces',
      'admin.test_images_metadefs_resource_types.MetadataResourceTypesTest.test_basic_meta_def_resource_type_association',
    ],
  },
  {
    reason: 'An import makes a task; nobody makes one by itself.',
    says: /Tasks cannot be created directly/,
    tests: ['admin.test_image_task.ImageTaskCreate.test_task_create_fake_image_location'],
  },
  {
    reason: 'An image is given to a project that is there only, not to any name.',
    says: /There is no project/,
    tests: [
      'admin.test_images.BasicOperationsImagesAdminTest.test_create_image_owner_param',
      'admin.test_images.BasicOperationsImagesAdminTest.test_update_image_owner_param',
    ],
  },
  {
    reason:
      'What is sent to .../file is "saving", and not served, until a run has found it safe; Tempest does not wait.',
    says: /An image with status saving cannot be deactivated|actual {4}= b''/,
    tests: [
      'test_images.BasicOperationsImagesTest.test_deactivate_reactivate_image',
      'test_images.BasicOperationsImagesTest.test_register_upload_get_image_file',
    ],
  },
  {
    reason:
      'What Tempest imports is noise and no disk; the import says at once that it failed. That of a disk passes (web-download).',
    says: /failed to import on stores: images/,
    tests: ['test_images.ImportImagesTest.test_image_glance_direct_import'],
  },
];

/** What Tempest itself leaves out, by what it was told, or finds, that there is. */
export const leftOut: readonly Expected[] = [
  {
    reason: 'There is no cache.',
    says: /not configured with glance caching/,
    tests: ['admin.test_image_caching.ImageCachingTest'],
  },
  {
    reason: 'A fault of Tempest itself that its authors know of.',
    says: /Skipped until bug/,
    tests: ['admin.test_image_task.ImageTaskCreate.test_image_tasks_create'],
  },
  {
    reason: 'There are no locations.',
    says: /show_multiple_locations is not available|does not support v2\.17|http store is disabled/,
    tests: [
      'admin.test_images.ImageLocationsAdminTest',
      'test_images.ImageLocationsTest',
      'test_images.LocationImportTest',
      'test_images.MultistoreLocationImportTest',
      'test_images.HashCalculationRemoteDeletionTest',
    ],
  },
  {
    reason: 'There is one store, and nothing is copied to another.',
    says: /only one store is configured|copy-image import method or multistore|store weight is not configured/,
    tests: [
      'admin.test_images.ImportCopyImagesTest.test_image_copy_image_import',
      'admin.test_images.MultiStoresImagesTest',
      'test_images.MultiStoresImportImagesTest',
      'test_images.StoreWeightTest',
    ],
  },
  {
    reason: 'Nothing is fetched from another Glance.',
    says: /does not support glance-download/,
    tests: [
      'test_images.ImportImagesTest.test_image_glance_download_import_bad_endpoint',
      'test_images.ImportImagesTest.test_image_glance_download_import_bad_missing_image',
      'test_images.ImportImagesTest.test_image_glance_download_import_bad_uuid',
      'test_images.ImportImagesTest.test_image_glance_download_import_success',
    ],
  },
  {
    reason: 'All API processes are alike: any of them imports what another has staged.',
    says: /No image_remote service/,
    tests: ['test_images.ImportImagesTest.test_remote_delete', 'test_images.ImportImagesTest.test_remote_import'],
  },
  {
    reason: 'It makes images of noise in each format, and noise is refused here, as by a Glance of today.',
    says: /format enforcement prevents testing with bogus image data/,
    tests: ['test_images.ListUserImagesTest'],
  },
  {
    reason: 'There is no Nova.',
    says: /Nova is not available/,
    tests: ['test_images_dependency.ImageDependencyTests', 'test_images_formats.ImagesFormatTest'],
  },
];
