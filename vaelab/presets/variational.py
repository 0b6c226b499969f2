"""Variational autoencoders: what the bound is, and what is done to the divergence in it."""

from vaelab.bottlenecks import Gaussian, Quantized
from vaelab.data import Data
from vaelab.data.corruptions import PatchMask, SaltPepper
from vaelab.nets import Conv, Dense, Patch, Recurrent
from vaelab.objectives import Additive, FixedGaussian, ImportanceWeighted
from vaelab.objectives.annealing import Cycles, WarmUp
from vaelab.objectives.likelihoods import ContinuousBernoulli, LearnedGaussian, OptimalGaussian
from vaelab.objectives.penalties import (
    Capacity,
    Commitment,
    FreeBits,
    GaussianKL,
    MaximumMeanDiscrepancy,
    TotalCorrelation,
)
from vaelab.presets.preset import ELBO, GREY, STROKES, Preset, bernoulli, strokes
from vaelab.recipe import Recipe
from vaelab.training.optimizers import Training

KINGMA = "Kingma & Welling 2014, Auto-encoding variational Bayes"
HIGGINS = "Higgins et al. 2017, beta-VAE"
BURDA = "Burda et al. 2016, Importance weighted autoencoders"
TUCKER = "Tucker et al. 2019, Doubly reparameterized gradient estimators"
FLOWS = "Kingma et al. 2016, Improved variational inference with inverse autoregressive flow"
BURGESS = "Burgess et al. 2018, Understanding disentangling in beta-VAE"
BOWMAN = "Bowman et al. 2016, Generating sentences from a continuous space"
FU = "Fu et al. 2019, Cyclical annealing schedule"
SOHN = "Sohn et al. 2015, Learning structured output representation using deep conditional generative models"
CHEN = "Chen et al. 2018, Isolating sources of disentanglement in VAEs"
ZHAO = "Zhao, Song & Ermon 2019, InfoVAE"
RYBKIN = "Rybkin, Daniilidis & Levine 2021, Simple and effective VAE training with calibrated decoders"
LOAIZA = "Loaiza-Ganem & Cunningham 2019, The continuous Bernoulli"
IM = "Im et al. 2017, Denoising criterion for variational auto-encoding framework"
HE = "He et al. 2022, Masked autoencoders are scalable vision learners"
OORD = "van den Oord et al. 2017, Neural discrete representation learning"
DENSE = Dense(hidden=(400,))
TWO_LAYERS = Dense(hidden=(200, 200), activation="tanh")  # Of Burda et al. 2016, with 50 latents.

VAE = Preset(
    "vae", "Variational autoencoder", KINGMA,
    "negative ELBO at most 104 nats with 500 hidden units and 20 latents after 10 epochs",
    Recipe(Data(), DENSE, Gaussian(20), ELBO),
)
CONVOLUTIONAL = Preset(
    "conv_vae", "Convolutional VAE", KINGMA, "negative ELBO at most 104 nats after 10 epochs",
    Recipe(Data(), Conv(), Gaussian(20), ELBO),
)
BETA = Preset(
    "beta_vae", "Beta-VAE", HIGGINS, "fewer active units than the VAE, for a higher reconstruction error",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(GaussianKL(4.0))),
)
FREE_BITS = Preset(
    "free_bits_vae", "VAE with free bits", FLOWS, "no latent falls silent: each carries at least the free nats",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(FreeBits())),
)
CAPACITY = Preset(
    "capacity_vae", "VAE of controlled capacity", BURGESS, "its codes carry 20 nats, or whatever the knob says",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(Capacity())),
)
WARM_UP = Preset(
    "warm_up_vae", "VAE with KL warm-up", BOWMAN, "the KL rises first and falls when its weight has grown",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(GaussianKL(), annealing=WarmUp())),
)
CYCLICAL = Preset(
    "cyclical_vae", "VAE with cyclical annealing", FU, "the KL goes up and down with every cycle, ever less",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(GaussianKL(), annealing=Cycles())),
)
IWAE = Preset(
    "iwae", "Importance-weighted autoencoder", BURDA,
    "log-likelihood -84.78 nats with k = 50 after 3,280 epochs, -86.76 with k = 1; more active units as k grows",
    Recipe(Data(), TWO_LAYERS, Gaussian(50), ImportanceWeighted(samples=5)),
)
DOUBLY = Preset(
    "dreg_iwae", "IWAE, doubly reparameterized", TUCKER,
    "the encoder's gradient gets more precise with more samples, not less: -84.32 nats with k = 50",
    Recipe(
        Data(), TWO_LAYERS, Gaussian(50), ImportanceWeighted(samples=5, gradient="doubly reparameterized"),
    ),
)
CONDITIONAL = Preset(
    "conditional_vae", "Conditional VAE", SOHN, "told the class, the code is left to carry the style",
    Recipe(Data(condition="class"), DENSE, Gaussian(20), ELBO),
)
TOTAL_CORRELATION = Preset(
    "tc_vae", "Beta-TCVAE", CHEN,
    "latents that vary independently: MIG about 0.5 on dSprites, where a VAE has 0.1",
    Recipe(
        Data("shapes", binarization="threshold"), Dense(hidden=(512, 256)), Gaussian(10),
        bernoulli(GaussianKL(), TotalCorrelation(5.0)), Training(epochs=100, batch_size=256),
    ),
)
INFO = Preset(
    "info_vae", "InfoVAE", ZHAO, "matches codes and prior as a whole, and leaves each code its information",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(GaussianKL(0.5), MaximumMeanDiscrepancy(100.0))),
)
LEARNED_VARIANCE = Preset(
    "learned_variance_vae", "VAE with learned variances", KINGMA, "says for every pixel how sure it is of it",
    Recipe(GREY, DENSE, Gaussian(20), bernoulli(GaussianKL(), likelihood=LearnedGaussian())),
)
SIGMA = Preset(
    "sigma_vae", "Sigma-VAE", RYBKIN, "finds the noise level of the pixels by itself: no beta to tune",
    Recipe(GREY, DENSE, Gaussian(20), bernoulli(GaussianKL(), likelihood=OptimalGaussian())),
)
CONTINUOUS = Preset(
    "continuous_bernoulli_vae", "VAE with a continuous Bernoulli", LOAIZA,
    "a proper density of grey pixels in place of the Bernoulli that is none",
    Recipe(GREY, DENSE, Gaussian(20), bernoulli(GaussianKL(), likelihood=ContinuousBernoulli())),
)
DENOISING = Preset(
    "denoising_vae", "Denoising VAE", IM, "a posterior that has seen noise: smoother codes",
    Recipe(Data(), DENSE, Gaussian(20), bernoulli(GaussianKL(), corruption=SaltPepper(0.1))),
)
MASKED = Preset(
    "masked_vae", "Masked VAE", HE, "sees a quarter of the patches and draws several ways to complete them",
    Recipe(
        Data(), Patch(size=4, width=48, depth=1), Gaussian(20),
        bernoulli(GaussianKL(), corruption=PatchMask(4, 0.75, "all")), Training(epochs=20),
    ),
)
QUANTIZED = Preset(
    "vq_vae", "VQ-VAE", OORD, "a grid of 49 words from a codebook of 64 in place of numbers",
    Recipe(
        GREY, Conv(channels=(32, 64)), Quantized(codes=64, dimension=8),
        Additive(likelihood=FixedGaussian(0.1), penalties=(Commitment(25.0),)), Training(epochs=20),
    ),
)
RECURRENT = Preset(
    "recurrent_vae", "Recurrent VAE", BOWMAN, "draws pen strokes that nobody has drawn",
    Recipe(STROKES, Recurrent(), Gaussian(8), strokes(GaussianKL()), Training(epochs=60, learning_rate=3e-3)),
)

FOR_THE_MAP = (VAE, CONVOLUTIONAL, BETA, CONDITIONAL, RECURRENT)
PRESETS = (
    VAE, CONVOLUTIONAL, BETA, FREE_BITS, CAPACITY, WARM_UP, CYCLICAL, IWAE, DOUBLY, CONDITIONAL, TOTAL_CORRELATION,
    INFO, LEARNED_VARIANCE, SIGMA, CONTINUOUS, DENOISING, MASKED, QUANTIZED, RECURRENT,
)
