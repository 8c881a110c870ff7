"""M2 describes an image by a class and a style, and given the class is a VAE."""

import pytest
import torch

from vae_lib.models import M2, M2Output, StandardNormal, UniformClasses, VAEOutput
from vae_lib.networks import (
    DiagonalGaussian,
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPClassifier,
    PixelHead,
)

SHAPE, CLASSES, DIM = (1, 4, 4), 3, 2


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def small_m2(event=SHAPE):
    head = PixelHead(6, event) if len(event) == 3 else DiagonalGaussian(6, event[0])
    return M2(
        MLPClassifier(event, CLASSES, (8,)),
        LabelledMLPEncoder(event, DIM, CLASSES, (7, 5)),
        LabelledMLPDecoder(DIM, CLASSES, head, (6,)),
        UniformClasses(CLASSES),
        StandardNormal(DIM),
    )


LABELS = torch.tensor([2, 0, 1, 1, 2])


@pytest.mark.parametrize("event", [SHAPE, (9,)], ids=["image", "code"])
def test_forward_returns_distributions_and_a_sample_and_no_loss(event):
    output = small_m2(event)(torch.rand(5, *event), LABELS)
    assert isinstance(output, M2Output)
    assert output._fields[2:] == VAEOutput._fields
    assert output.classes.probs.shape == (5, CLASSES)
    assert output.class_prior.probs.tolist() == pytest.approx([1 / 3] * 3)
    assert output.posterior.batch_shape == output.likelihood.batch_shape == (5,)
    assert output.z.shape == (5, DIM)
    assert output.likelihood.event_shape == event
    assert output.prior.event_shape == (DIM,)


def test_the_classifier_does_not_see_the_label():
    model, x = small_m2(), torch.rand(5, *SHAPE)
    other = (LABELS + 1) % CLASSES
    probs = [model(x, labels).classes.probs for labels in (LABELS, other)]
    assert torch.equal(*probs)
    assert torch.equal(probs[0], model.classify(x).probs)


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_encoder_and_decoder_do(part):
    model = small_m2()
    given = torch.rand(5, *SHAPE) if part == "encoder" else torch.rand(5, DIM)
    one, other = (
        getattr(model, part)(given, labels).mean
        for labels in (LABELS, (LABELS + 1) % CLASSES)
    )
    assert (one != other).flatten(1).any(1).all()


def test_a_class_is_a_one_hot_vector_through_a_matrix():
    """Looking a row up is the product with the one-hot vector, gradient and all."""
    trunk = small_m2().decoder.trunk
    z, rows = torch.rand(5, DIM), trunk.of_class.weight
    hot = torch.nn.functional.one_hot(LABELS, CLASSES).float()
    before = trunk.layers[0](z) + hot @ rows
    torch.testing.assert_close(trunk(z, LABELS), torch.nn.functional.softplus(before))


def test_decode_is_the_likelihoods_mean():
    model, z = small_m2(), torch.randn(5, DIM)
    assert torch.equal(model.decode(z, LABELS), model.decoder(z, LABELS).mean)


def test_a_class_is_heard_from_the_start():
    """Rows begin as N(0, 1): a layer's own weights would leave the class a whisper."""
    rows = LabelledMLPDecoder(DIM, 10, PixelHead(500, SHAPE)).trunk.of_class.weight
    # 5,000 draws: the deviation is known to 1 / sqrt(10,000).
    assert float(rows.detach().std()) == pytest.approx(1, abs=0.05)


def test_sizes_are_the_priors():
    model = small_m2()
    assert (model.latent_dim, model.num_classes) == (DIM, CLASSES)


def test_the_priors_follow_the_model_and_add_no_weights():
    model = small_m2().double()
    assert model.class_prior().logits.dtype == torch.float64
    assert not [name for name in model.state_dict() if "prior" in name]


def test_every_weight_gets_a_gradient():
    model = small_m2()
    output = model(torch.rand(5, *SHAPE), LABELS)
    output.likelihood.log_prob(torch.rand(5, *SHAPE)).sum().backward()
    output.classes.log_prob(LABELS).sum().backward()
    assert all(w.grad is not None and w.grad.any() for w in model.parameters())


@pytest.mark.parametrize("labels", [torch.zeros(4).long(), torch.zeros(5)])
def test_a_label_for_each_is_asked_for(labels):
    model = small_m2()
    text = r"labels must be torch.int64 of shape \(5,\), got "
    with pytest.raises(ValueError, match=text):
        model(torch.rand(5, *SHAPE), labels)
    with pytest.raises(ValueError, match=text):
        model.decode(torch.rand(5, DIM), labels)


@pytest.mark.parametrize("bad", [torch.rand(5, 3), torch.rand(5, 1, 4, 5)])
def test_images_of_another_shape_are_refused(bad):
    model = small_m2()
    for ask in (model.classify, lambda x: model(x, LABELS)):
        with pytest.raises(ValueError, match=r"x must have shape \(B, 1, 4, 4\)"):
            ask(bad)


def test_latents_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"z must have shape \(B, 2\), got \(5, 3\)"):
        small_m2().decode(torch.rand(5, 3), LABELS)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: UniformClasses(0), "num_classes must be at least 1, got 0"),
        (lambda: MLPClassifier(SHAPE, 0), "num_classes must be at least 1, got 0"),
        (lambda: MLPClassifier(SHAPE, 3, ()), "hidden_layers must be at least 1"),
        (lambda: LabelledMLPEncoder(SHAPE, 2, 3, (4, 0)), r"hidden\[1\] must be at"),
        (lambda: LabelledMLPEncoder(SHAPE, 2, 0), "num_classes must be at least 1"),
        (lambda: LabelledMLPEncoder(SHAPE, 0, 3), "dim must be at least 1, got 0"),
        (lambda: PixelHead(3, (0, 4)), "pixels must be at least 1, got 0"),
    ],
)
def test_sizes_below_one_are_refused(build, text):
    with pytest.raises(ValueError, match=text):
        build()
