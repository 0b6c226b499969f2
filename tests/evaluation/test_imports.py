"""Metrics of arrays need neither JAX nor scikit-learn until they are asked for what uses it."""

import json
import subprocess
import sys

ARRAYS_ONLY = (
    "anomaly", "arrays", "clustering", "dci", "decomposition", "disentanglement", "factor_vae", "factors", "frechet",
    "image_quality", "mig", "mutual_information", "precision_recall", "probes", "rate_distortion", "sap",
)


def test_importing_the_metrics_imports_nothing_that_is_not_used_yet():
    program = "import json, sys\n" + "\n".join(f"import vaelab.evaluation.{name}" for name in ARRAYS_ONLY)
    program += "\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(json.loads(result.stdout))
    assert "vaelab.evaluation.dci" in imported
    assert not imported & {"jax", "flax", "optax", "sklearn", "streamlit"}
