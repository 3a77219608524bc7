"""`Custom::ManagedPrefixList`: an AWS-managed prefix list's id in this region, with no look-up at synth."""

from answer import Answer, Refused, Request, answers
from patience import patient_client


@answers()
def handler(request: Request) -> Answer:
    """Find the list by its name."""
    name = request.properties.text("PrefixListName")
    ec2 = patient_client("ec2", seconds_left=request.seconds_left)
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])
    if not found["PrefixLists"]:
        raise Refused(
            f"region {ec2.meta.region_name} has no prefix list {name!r}; "
            f"check the name, or choose an edge other than CloudFront in this region"
        )
    prefix_list_id: str = found["PrefixLists"][0]["PrefixListId"]
    return Answer(physical_resource_id=prefix_list_id, data={"PrefixListId": prefix_list_id})
