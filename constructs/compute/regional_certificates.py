"""The certificate authority of Amazon RDS, by region."""

from pathlib import Path

from aws_cdk import Aws, CfnMapping
from constructs import Construct

FOLDER = Path(__file__).parents[2] / "assets" / "certificates" / "rds"


class RegionalCertificates(Construct):
    """`pem`: the root certificate that signs databases of the stack's region, chosen when the stack is deployed."""

    pem: str

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        by_region = {path.stem: {"Pem": path.read_text()} for path in sorted(FOLDER.glob("*.pem"))}
        if not by_region:
            raise ValueError(f"no certificate in {FOLDER}; check out the folder")
        self.pem = CfnMapping(self, "Rds", mapping=by_region).find_in_map(Aws.REGION, "Pem")
