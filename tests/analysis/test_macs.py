import logging

import pytest
import torch
from mmengine.logging import MMLogger
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mmaction_sampler.analysis import (ComponentCost, cost_report,
                                       count_macs)


def test_convolution_and_linear():
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * 16, 5))
    assert count_macs(net, [torch.zeros(2, 3, 4, 4)]) == 2 * (
        16 * 8 * 27 + 5 * 8 * 16)


@pytest.mark.parametrize('affine', [True, False])
@pytest.mark.parametrize('norm,size', [
    (nn.BatchNorm1d, ()), (nn.BatchNorm2d, (4, 5)),
    (nn.BatchNorm3d, (2, 4, 5)),
])
def test_batch_norm_is_one_multiply_add_an_element(norm, size, affine):
    """``a * x + b``: the statistics are fixed, whatever the mode was."""
    x = torch.zeros(2, 3, *size)
    assert count_macs(norm(3, affine=affine), [x]) == x.numel()


def test_batch_norm_after_a_convolution():
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8))
    # 2 x 16 places x 8 channels, each 27 products and one scale-and-shift.
    assert count_macs(net, [torch.zeros(2, 3, 4, 4)]) == 2 * 16 * 8 * (27 + 1)


@pytest.mark.parametrize('net,gates', [
    (nn.GRU(6, 7, batch_first=True), 3), (nn.GRU(6, 7), 3), (nn.LSTM(6, 7), 4),
])
def test_recurrent_layers_are_counted(net, gates):
    assert count_macs(net, [torch.zeros(4, 5, 6)]) == 20 * gates * 7 * (6 + 7)


def test_stacked_bidirectional_gru():
    net = nn.GRU(6, 7, num_layers=2, bidirectional=True)
    expected = 20 * 2 * 3 * 7 * ((6 + 7) + (14 + 7))
    assert count_macs(net, [torch.zeros(5, 4, 6)]) == expected


def test_gru_cell_equals_one_step_of_gru():
    cell = nn.GRUCell(6, 7)
    layer = nn.GRU(6, 7)
    assert count_macs(cell, [torch.zeros(4, 6)]) == count_macs(
        layer, [torch.zeros(1, 4, 6)])


def test_attention():
    net = nn.MultiheadAttention(8, 2, batch_first=True)

    class SelfAttention(nn.Module):

        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x, x, x, need_weights=False)[0]

    projections = 15 * 4 * 8 * 8
    scores_and_values = 3 * 2 * 5 * 5 * (4 + 4)
    macs = count_macs(SelfAttention(), [torch.zeros(3, 5, 8)])
    assert macs == projections + scores_and_values
    assert torch.backends.mha.get_fastpath_enabled()


def test_torch_counts_the_same_convolutions_and_products():
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, groups=1), nn.ReLU(),
        nn.Conv2d(8, 8, 3, groups=8), nn.Flatten(), nn.Linear(8, 5)).eval()
    x = torch.zeros(2, 3, 8, 8)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(x)
    assert count_macs(net, [x]) == counter.get_total_flops() // 2


def test_running_maximum_is_not_taken_for_a_product():

    class RunningMax(nn.Module):

        def forward(self, values):
            return values.cummax(dim=0).values

    warnings = []
    logger = MMLogger.get_current_instance()
    handler = logging.Handler()
    handler.emit = warnings.append
    logger.addHandler(handler)
    assert count_macs(RunningMax(), [torch.zeros(3, 2)]) == 0
    logger.removeHandler(handler)
    assert warnings == []


def test_modes_are_put_back():
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout())
    net[0].eval()
    count_macs(net, [torch.zeros(1, 3, 2, 2)])
    assert net.training and not net[0].training and net[1].training


def test_report():
    report = cost_report(
        dict(a=ComponentCost(2e9, 3), b=ComponentCost(5e8, 1)))
    assert report['total_gflops'] == pytest.approx(6.5)
    assert report['components']['a'] == dict(
        unit_gmacs=2., calls=3., gflops=6.)
