"""Classifiers of a few codes: right where that is easy, at chance where it is not."""

import pytest
import torch

from vae_lib.evaluation import few_label_errors

CLASSIFIERS = ("nearest", "logistic", "svm")


def clusters(count, distance, classes=4, seed=0):
    """Gaussian clouds around corners of a simplex, `distance` from the origin."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % classes
    noise = torch.randn(count, classes, generator=generator)
    return distance * torch.eye(classes)[labels] + noise, labels


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_far_clusters_need_one_label_each(name):
    few, labels = clusters(4, 30.0)
    many, truth = clusters(400, 30.0, seed=1)
    assert few_label_errors(few, labels, many, truth)[name] == 0


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_codes_that_say_nothing_leave_a_guess(name):
    """Three of four guesses are wrong; 4,000 of them say so to 0.7 points."""
    few, labels = clusters(40, 0.0)
    many, truth = clusters(4_000, 0.0, seed=1)
    error = few_label_errors(few, labels, many, truth)[name]
    assert error == pytest.approx(75, abs=3.5)


def test_errors_are_percent_of_the_test_codes():
    few, labels = clusters(4, 30.0)
    truth = torch.tensor([0, 1, 2, 0])  # the last one's cluster is another
    found = few_label_errors(few, labels, few, truth)
    assert found == dict.fromkeys(CLASSIFIERS, 25.0)


def test_images_are_taken_pixel_by_pixel():
    few, labels = clusters(8, 3.0)
    many, truth = clusters(40, 3.0, seed=1)
    found = few_label_errors(
        few.view(-1, 1, 2, 2), labels, many.view(-1, 1, 2, 2), truth
    )
    assert found == few_label_errors(few, labels, many, truth)


def test_the_order_of_the_labels_does_not_matter():
    few, labels = clusters(20, 2.0)
    many, truth = clusters(100, 2.0, seed=1)
    order = torch.randperm(20, generator=torch.manual_seed(0))
    found = few_label_errors(few[order], labels[order], many, truth)
    expected = few_label_errors(few, labels, many, truth)
    # A test code next to a border may fall on its other side by rounding.
    assert found == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize(
    ("codes", "labels", "test_codes", "text"),
    [
        (3, [0, 1, 0, 1], 3, "codes and their labels must be as many, got 5 and"),
        (3, [0, 1, 0, 1, 0], 2, "codes and test_codes must be as wide, got 3 and 2"),
        (3, [1, 1, 1, 1, 1], 3, "there must be two classes to tell apart, got one"),
    ],
)
def test_what_does_not_fit_is_refused(codes, labels, test_codes, text):
    with pytest.raises(ValueError, match=text):
        few_label_errors(
            torch.rand(5, codes),
            torch.tensor(labels),
            torch.rand(2, test_codes),
            torch.tensor([0, 1]),
        )


def test_test_labels_must_be_as_many():
    few, labels = clusters(4, 3.0)
    with pytest.raises(ValueError, match="test_codes and their labels must be as many"):
        few_label_errors(few, labels, few, labels[:3])
