import openapiTS, { astToString, tsUnion, UNDEFINED } from 'openapi-typescript';
import ts from 'typescript';

/**
 * TypeScript types of an OpenAPI document, for openapi-fetch. A field with a default need not be sent; a field that is optional may be given as
 * undefined, which JSON leaves out, as zod's types have it under `exactOptionalPropertyTypes`.
 */
export async function readTypes(document: string): Promise<string> {
  return astToString(
    await openapiTS(document, {
      defaultNonNullable: false,
      transformProperty: (property) =>
        property.questionToken && property.type
          ? ts.factory.updatePropertySignature(
              property,
              property.modifiers,
              property.name,
              property.questionToken,
              tsUnion([property.type, UNDEFINED]),
            )
          : property,
    }),
  );
}
