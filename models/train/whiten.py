"""
Latents of zero mean and unit covariance, once scaled: a UNet learns them sooner, and any loader with the usual scale
factor gets them, since the change of coordinates is folded into the 1×1 convolutions at either end.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vae import AutoencoderKL


@torch.no_grad()
def fold(vae: AutoencoderKL, latents: Tensor, scale: float) -> None:
    """
    latents: means [n, z, h, w] as the VAE gives them now. Afterwards it gives A·(latents − mean) with
    A = covariance^(−1/2) / scale, and takes the same back.
    """
    points = latents.double().permute(1, 0, 2, 3).flatten(1)  # [z, n·h·w]
    mean = points.mean(1)
    values, vectors = torch.linalg.eigh(torch.cov(points))
    forth = vectors @ torch.diag(values.rsqrt()) @ vectors.T / scale
    back = torch.linalg.inv(forth)

    quant, post = vae.quant_conv, vae.post_quant_conv
    z = len(mean)
    weight, bias = quant.weight.double()[:, :, 0, 0], quant.bias.double()
    weight = torch.cat([forth @ weight[:z], weight[z:]])
    # The new channels' variances, as if the old ones' were alike.
    bias = torch.cat([forth @ (bias[:z] - mean), bias[z:] + 2 * forth.diagonal().log()])
    quant.weight.copy_(weight[:, :, None, None])
    quant.bias.copy_(bias)

    weight, bias = post.weight.double()[:, :, 0, 0], post.bias.double()
    post.weight.copy_((weight @ back)[:, :, None, None])
    post.bias.copy_(bias + weight @ mean)
