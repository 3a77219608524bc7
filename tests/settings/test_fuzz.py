"""Deployment files that people, editors and accidents spoiled: each loads, or is refused in the documented form."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings.load import BadDeploymentFile, Loaded
from tests.settings.mutations import FILES, KUBERNETES, assert_documented_form, load_mutated, loaded_mutations

SHARDS = 4
EXAMPLES = 2400


@pytest.mark.parametrize(
    ("shard", "files"),
    [
        pytest.param(0, FILES, id="open-webui-0"),
        *(pytest.param(n, FILES, id=f"open-webui-{n}", marks=pytest.mark.slow) for n in range(1, SHARDS)),
        pytest.param(0, KUBERNETES, id="aegisai", marks=pytest.mark.slow),
    ],
)
def test_a_spoiled_file_loads_or_is_refused_in_the_documented_form(
    shard: int, files: list[Path], tmp_path: Path
) -> None:
    @settings(
        max_examples=EXAMPLES // SHARDS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(min_value=0, max_value=2**64))
    def check(seed: int) -> None:
        seen.add(seed)
        try:
            loaded = load_mutated(Random(seed * SHARDS + shard), tmp_path, files)
        except BadDeploymentFile as refusal:
            assert_documented_form(refusal)
        else:
            assert set(loaded.origins.values()) <= {"file", "preset", "default"}
            loaded_files.append(loaded)
        assert [path.suffix for path in tmp_path.iterdir()] == [".yaml"] * len(list(tmp_path.iterdir())), (
            "nothing is written"
        )

    seen: set[int] = set()
    loaded_files: list[Loaded] = []
    check()
    assert len(seen) == EXAMPLES // SHARDS
    assert len(loaded_files) > len(seen) // 20


def test_some_spoiled_files_load_the_same_ones_each_time(tmp_path: Path) -> None:
    first, second = (
        [one.deployment.model_dump_json() for one in loaded_mutations(tmp_path, 20, seed=7)] for _ in range(2)
    )
    assert first == second
    assert len(set(first)) > 10
