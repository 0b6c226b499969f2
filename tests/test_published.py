"""Figures that a correct implementation must reach; those on MNIST run where it is at hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from vaelab.assign import assign
from vaelab.evaluation.bounds import bounds
from vaelab.evaluation.protocol import held_out
from vaelab.presets import preset


def trained(recipe, dataset):
    *_, last = recipe.train(dataset=dataset)
    return recipe.restore(last.state)


def flat(images):
    return images.reshape(len(images), -1).astype(np.float64) / 255


def squared_error(model, recipe, images):
    return float(bounds(model, recipe.objective.likelihood, held_out(images, "none")).squared_error.mean())


def compare_with_pca(recipe, dataset):
    """Test errors of the linear autoencoder and of PCA, and the cosine of the widest angle between their spaces."""
    pca = PCA(recipe.bottleneck.size, svd_solver="full").fit(flat(dataset.train.images))
    test = flat(dataset.test.images)
    expected = ((pca.inverse_transform(pca.transform(test)) - test) ** 2).sum(axis=1).mean()
    model = trained(recipe, dataset)
    basis = np.linalg.qr(np.asarray(model.tail.layers["0"]["kernel"][...]).T)[0]
    cosine = np.linalg.svd(pca.components_ @ basis, compute_uv=False).min()
    return squared_error(model, recipe, dataset.test.images), expected, cosine


def test_a_linear_autoencoder_spans_the_principal_subspace(digits):
    """Baldi & Hornik 1989: the minimum is PCA's subspace, though not its axes."""
    recipe = assign(
        preset("linear_ae").recipe,
        "bottleneck.size=6", "training.epochs=400", "training.learning_rate=0.01",
    )
    error, expected, cosine = compare_with_pca(recipe, digits)
    assert error == pytest.approx(expected, rel=2e-3)
    assert cosine > 0.99


def test_the_linear_preset_reaches_the_error_of_pca_on_mnist(mnist):
    """13.866 squared error per test image with 30 numbers; Hinton & Salakhutdinov 2006 print 13.87."""
    error, expected, cosine = compare_with_pca(assign(preset("linear_ae").recipe, "data.name=mnist"), mnist)
    assert expected == pytest.approx(13.866, abs=1e-3)
    assert error == pytest.approx(13.866, abs=0.01)
    assert cosine > 0.99


def test_the_vae_reaches_104_nats_on_dynamically_binarized_mnist(mnist):
    """500 hidden units, 20 latents, 10 epochs: the figure that the example of the Flax library states."""
    recipe = assign(preset("vae").recipe, "data.name=mnist", "backbone.hidden=500")
    model = trained(recipe, mnist)
    result = bounds(model, recipe.objective.likelihood, held_out(mnist.test.images, "dynamic"))
    assert result.negative_elbo < 104
    assert result.active_units == 20
