/** The asset in which a venue's account pays its fees: a part of the configuration. */
import Type from 'typebox';

export const FeeAssetSchema = Type.Object(
  {
    asset: Type.String({ minLength: 1, description: 'BNB, KCS, BGB or GT, as the account is set up there' }),
    floor: Type.String({
      pattern: '^\\d+(\\.\\d+)?$',
      description: 'With less of it free, fees are taken to come out of what is bought',
    }),
  },
  {
    additionalProperties: false,
    description: 'The account pays its fees in this asset, not out of what is bought',
  },
);
