"""The feeds as sources of facts, and who reads them."""

from opskit.storage.catalog.model import Source
from opskit.storage.refresh import aws, azure, oci
from opskit.storage.refresh.provided import Reader

_READ = "as 'opskit storage catalog refresh' reads it"

READERS: dict[str, Reader] = {"aws": aws.read, "azure": azure.read, "oci": oci.read}
SOURCES: dict[str, Source] = {
    "feed-s3": Source(
        f"AWS price list of AmazonS3, one file a region, {_READ}",
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/",
    ),
    "feed-deep-archive": Source(
        f"AWS price list of AmazonS3GlacierDeepArchive, one file a region, {_READ}",
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3GlacierDeepArchive/current/",
    ),
    "feed-data-transfer": Source(
        f"AWS price list of AWSDataTransfer, one file a region, {_READ}",
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSDataTransfer/current/",
    ),
    "feed-pricing-page": Source(
        f"feeds of the pricing page of Amazon S3, {_READ}",
        "https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/s3/USD/current/s3.json",
    ),
    "feed-retail-prices": Source(
        f"Azure Retail Prices API, {_READ}", "https://prices.azure.com/api/retail/prices"
    ),
    "feed-products": Source(
        f"Oracle price list API, one part a request, {_READ}",
        "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/",
    ),
}
