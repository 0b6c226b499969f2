"""Deterministic autoencoders: what limits, corrupts or penalizes the code is all that tells them apart."""

from vaelab.bottlenecks import Point, TopK
from vaelab.data import Data
from vaelab.data.corruptions import (
    BlockMask,
    Blur,
    Continuation,
    GaussianNoise,
    PatchMask,
    PixelMask,
    SaltPepper,
)
from vaelab.nets import Conv, Dense, Patch, Recurrent
from vaelab.objectives import FixedGaussian
from vaelab.objectives.penalties import (
    L1,
    CodeNorm,
    Contractive,
    DecoderDecay,
    GradientPenalty,
    MaximumMeanDiscrepancy,
    SparseKL,
)
from vaelab.presets.preset import GREY, SQUARED_ERROR, STROKES, Preset, squared_error, strokes
from vaelab.recipe import Recipe
from vaelab.training.optimizers import Training
from vaelab.training.schedules import Cosine

HINTON = "Hinton & Salakhutdinov 2006, Reducing the dimensionality of data with neural networks"
BALDI = "Baldi & Hornik 1989, Neural networks and principal component analysis"
GOODFELLOW = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 14.2.1"
VINCENT = "Vincent et al. 2010, Stacked denoising autoencoders"
MASCI = "Masci et al. 2011, Stacked convolutional auto-encoders"
NG = "Ng 2011, Sparse autoencoder (CS294A)"
MAKHZANI = "Makhzani & Frey 2014, k-Sparse autoencoders"
HE = "He et al. 2022, Masked autoencoders are scalable vision learners"
PATHAK = "Pathak et al. 2016, Context encoders"
RIFAI = "Rifai et al. 2011, Contractive auto-encoders"
GHOSH = "Ghosh et al. 2020, From variational to deterministic autoencoders"
TOLSTIKHIN = "Tolstikhin et al. 2018, Wasserstein auto-encoders"
SRIVASTAVA = "Srivastava et al. 2015, Unsupervised learning of video representations using LSTMs"
PATCHES = Patch(size=4, width=48, depth=1)
LOGISTIC = FixedGaussian(activation="sigmoid")  # The outputs of the paper's networks.
LONG = Training(epochs=30, schedule=Cosine())

LINEAR = Preset(
    "linear_ae", "Linear autoencoder", BALDI,
    "spans the principal subspace: 13.866 squared error per test image with 30 numbers, that of PCA",
    Recipe(GREY, Dense(hidden=()), Point(30), SQUARED_ERROR, LONG),
)
VANILLA = Preset(
    "ae", "Autoencoder", HINTON, "squared error far below that of PCA with as many numbers (13.87 with 30)",
    Recipe(GREY, Dense(hidden=(400,)), Point(30), SQUARED_ERROR),
)
DEEP = Preset(
    "deep_ae", "Deep autoencoder", HINTON,
    "3.00 squared error per test image with 30 numbers, where PCA has 13.87; here after 150 epochs",
    Recipe(GREY, Dense(hidden=(1000, 500, 250)), Point(30), squared_error(likelihood=LOGISTIC), LONG),
)
OVERCOMPLETE = Preset(
    "overcomplete_ae", "Overcomplete autoencoder", GOODFELLOW,
    "a code larger than the image: nothing limits it, so it may copy without learning anything",
    Recipe(GREY, Dense(hidden=()), Point(1000, activation="relu"), SQUARED_ERROR),
)
TIED = Preset(
    "tied_ae", "Autoencoder with tied weights", VINCENT,
    "the decoder is the encoder transposed: half the parameters, nearly the error",
    Recipe(GREY, Dense(hidden=(400,), tied=True), Point(30), SQUARED_ERROR),
)
CONVOLUTIONAL = Preset(
    "conv_ae", "Convolutional autoencoder", MASCI, "squared error below that of PCA with as many numbers",
    Recipe(GREY, Conv(), Point(30), SQUARED_ERROR),
)
SPARSE = Preset(
    "sparse_ae", "Sparse autoencoder", GOODFELLOW, "a code larger than needed, most of it near zero per image",
    Recipe(GREY, Dense(hidden=(400,)), Point(100), squared_error(L1(0.05))),
)
KL_SPARSE = Preset(
    "kl_sparse_ae", "Sparse autoencoder with a target activation", NG,
    "each unit is on for about one image in twenty, and draws a stroke",
    Recipe(GREY, Dense(hidden=()), Point(196, activation="sigmoid"), squared_error(SparseKL(0.5, target=0.05))),
)
K_SPARSE = Preset(
    "k_sparse_ae", "k-sparse autoencoder", MAKHZANI, "exactly 25 of 1,000 numbers differ from zero for each image",
    Recipe(GREY, Dense(hidden=()), TopK(1000, active=25), SQUARED_ERROR),
)
DENOISING = Preset(
    "denoising_ae", "Denoising autoencoder", VINCENT, "removes noise of standard deviation 0.3",
    Recipe(GREY, Dense(hidden=(400,)), Point(50), squared_error(corruption=GaussianNoise(0.3))),
)
MASKING = Preset(
    "masking_ae", "Denoising autoencoder, masked pixels", VINCENT,
    "fills in the quarter of the pixels that were set to zero",
    Recipe(GREY, Dense(hidden=(400,)), Point(50), squared_error(corruption=PixelMask(0.25))),
)
SALT_AND_PEPPER = Preset(
    "salt_and_pepper_ae", "Denoising autoencoder, salt and pepper", VINCENT,
    "restores the quarter of the pixels that were set to black or white",
    Recipe(GREY, Dense(hidden=(400,)), Point(50), squared_error(corruption=SaltPepper(0.25))),
)
DEBLURRING = Preset(
    "deblurring_ae", "Deblurring autoencoder", VINCENT, "gives blurred images their edges back",
    Recipe(GREY, Conv(), Point(50), squared_error(corruption=Blur(1.0))),
)
INPAINTING = Preset(
    "inpainting_ae", "Inpainting autoencoder", PATHAK, "draws what a square hides",
    Recipe(GREY, Conv(), Point(64), squared_error(corruption=BlockMask(0.4))),
)
MASKED = Preset(
    "masked_ae", "Masked autoencoder", HE,
    "sees one patch in four, and fills in the rest far better than its neighbours would",
    Recipe(GREY, PATCHES, Point(64), squared_error(corruption=PatchMask(4, 0.75)), Training(epochs=20)),
)
CONTRACTIVE = Preset(
    "contractive_ae", "Contractive autoencoder", RIFAI,
    "1.14 % test error after fine-tuning where a plain one has 1.78 %, and a Jacobian 24 times smaller",
    Recipe(GREY, Dense(hidden=(), tied=True), Point(400, activation="sigmoid"), squared_error(Contractive(0.1))),
)
REGULARIZED = Preset(
    "regularized_ae", "Regularized autoencoder", GHOSH,
    "with a density fitted to its codes it generates: Frechet distance 8.69 with ten components, 22.22 with one",
    Recipe(GREY, Conv(), Point(16), squared_error(CodeNorm(0.05), DecoderDecay(0.001))),
)
GRADIENT_PENALTY = Preset(
    "gradient_penalty_ae", "Regularized autoencoder, gradient penalty", GHOSH,
    "a decoder that changes slowly with the code: Frechet distance 11.54 with ten components",
    Recipe(GREY, Conv(), Point(16), squared_error(CodeNorm(0.05), GradientPenalty(0.01))),
)
WASSERSTEIN = Preset(
    "wasserstein_ae", "Wasserstein autoencoder", TOLSTIKHIN,
    "no noise in its codes, which follow the prior all the same",
    Recipe(GREY, Conv(), Point(8), squared_error(MaximumMeanDiscrepancy(10.0))),
)
RECURRENT = Preset(
    "recurrent_ae", "Recurrent autoencoder", SRIVASTAVA, "a pen stroke in eight numbers, drawn again from them",
    Recipe(STROKES, Recurrent(), Point(8), strokes(), Training(epochs=60, learning_rate=3e-3)),
)
FORECASTING = Preset(
    "forecasting_ae", "Recurrent autoencoder that goes on", SRIVASTAVA,
    "sees the first half of a wave and draws the whole of it",
    Recipe(
        Data("waves", binarization="none"), Recurrent(), Point(16), strokes(corruption=Continuation(0.5, "all")),
        Training(epochs=60, learning_rate=3e-3),
    ),
)

FOR_THE_MAP = (LINEAR, VANILLA, CONVOLUTIONAL, SPARSE, DENOISING)
PRESETS = (
    LINEAR, VANILLA, DEEP, OVERCOMPLETE, TIED, CONVOLUTIONAL, SPARSE, KL_SPARSE, K_SPARSE, DENOISING, MASKING,
    SALT_AND_PEPPER, DEBLURRING, INPAINTING, MASKED, CONTRACTIVE, REGULARIZED, GRADIENT_PENALTY, WASSERSTEIN, RECURRENT,
    FORECASTING,
)
