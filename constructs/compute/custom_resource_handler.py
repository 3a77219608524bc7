"""The Lambda functions behind our custom resources."""

from typing import Self

from aws_cdk import Duration, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.python_function import PythonFunction


class CustomResourceHandler(PythonFunction):
    """One function per handler and stack, with its role and log group; get it with `of`.

    `service_token` goes to the custom resource; `role` takes the permissions of whoever uses the handler, and the
    custom resource must depend on them.
    """

    @property
    def service_token(self) -> str:
        return self.function.function_arn

    @classmethod
    def of(
        cls,
        scope: Construct,
        handler: str,
        *,
        description: str,
        timeout: Duration,
        memory_size_mib: int,
        encryption_key: kms.IKey,
    ) -> Self:
        """The function of this handler (`module.function`) in the stack of `scope`, made when it is first asked for.

        `encryption_key`: of the log.
        """
        stack = Stack.of(scope)
        construct_id = f"{handler.partition('.')[0].title().replace('_', '')}Handler"
        found = stack.node.try_find_child(construct_id)
        if isinstance(found, cls):
            return found
        return cls(
            stack,
            construct_id,
            folder="custom_resources",
            handler=handler,
            description=description,
            role_description=f"{description} (custom resource)",
            timeout=timeout,
            memory_size_mib=memory_size_mib,
            encryption_key=encryption_key,
        )
