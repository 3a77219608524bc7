"""What the tests ask of an emulator."""

import json
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from commands.local.place import Place
from commands.local.server import Server

BUCKET = "templates-of-the-tests"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Emulated:
    """An emulator of the tests."""

    place: Place
    server: Server

    def client(self, service: str) -> Any:
        """A boto3 client of it."""
        return self.place.client(service, url=self.server.url)

    def deploy(self, name: str, template: Template, **parameters: str) -> str:
        """Create or update a stack; the status that it ends in."""
        api = self.client("cloudformation")
        arguments = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Capabilities": CAPABILITIES,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        }
        if self.status(name):
            api.update_stack(**arguments)
        else:
            api.create_stack(**arguments)
        return self._end(name)

    def update(self, name: str, **changed: str) -> str:
        """Update a stack's parameters alone; the status that it ends in."""
        api = self.client("cloudformation")
        known = api.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
        names = [each["ParameterKey"] for each in known]
        api.update_stack(
            StackName=name,
            UsePreviousTemplate=True,
            Capabilities=CAPABILITIES,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": changed[key]}
                if key in changed
                else {"ParameterKey": key, "UsePreviousValue": True}
                for key in names
            ],
        )
        return self._end(name)

    def delete(self, name: str) -> None:
        """Delete a stack and wait for it."""
        self.client("cloudformation").delete_stack(StackName=name)
        deadline = time.monotonic() + 60
        while (
            self.status(name) not in (None, "DELETE_COMPLETE", "DELETE_FAILED")
            and time.monotonic() < deadline
        ):
            time.sleep(0.05)

    def status(self, name: str) -> str | None:
        """The stack's status; nothing when it does not exist."""
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError:
            return None
        return str(stacks[0]["StackStatus"])

    def outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs."""
        stack = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def resources(self, name: str) -> dict[str, str]:
        """Logical → physical id of the stack's resources."""
        found = self.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def failures(self, name: str) -> str:
        """The reasons of everything that failed in the stack."""
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(
            event.get("ResourceStatusReason", "")
            for event in events
            if event["ResourceStatus"].endswith("_FAILED")
        )

    def upload(self, key: str, template: Template) -> str:
        """Put a nested stack's template where CloudFormation finds it; its URL."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template).encode())
        return f"https://s3.us-east-1.amazonaws.com/{BUCKET}/{key}"

    def _end(self, name: str) -> str:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            status = self.status(name) or "DELETE_COMPLETE"
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)
        raise TimeoutError(f"{name} is still {status}")
