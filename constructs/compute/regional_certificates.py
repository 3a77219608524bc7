"""The certificate authority of Amazon RDS, by region."""

from pathlib import Path

from aws_cdk import Aws, CfnMapping, Stack, Token
from constructs import Construct

FOLDER = Path(__file__).parents[2] / "assets" / "certificates" / "rds"


class RegionalCertificates(Construct):
    """`pem`: the root certificate that signs databases of the stack's region.

    Chosen when the stack is deployed, where the region is not known before.
    """

    pem: str

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        by_region = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.pem"))}
        if not by_region:
            raise ValueError(f"no certificate in {FOLDER}; check out the folder")
        region = Stack.of(self).region
        if Token.is_unresolved(region):
            mapping = {name: {"Pem": pem} for name, pem in by_region.items()}
            self.pem = CfnMapping(self, "Rds", mapping=mapping).find_in_map(Aws.REGION, "Pem")
        elif region in by_region:
            self.pem = by_region[region]
        else:
            raise ValueError(f"no certificate of {region} in {FOLDER}; add it, or use another region")
