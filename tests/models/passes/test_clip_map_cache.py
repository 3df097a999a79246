"""Feature maps of frozen clip models on disk."""
import multiprocessing
import pickle
from pathlib import Path
from typing import List

import pytest
import torch
from helpers import samples
from helpers_faster import clips, tiny_faster
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmaction_sampler.models.passes.clip_map_cache import (ClipMapCache,
                                                           read_entry,
                                                           write_entry)
from mmaction_sampler.models.recognizers import FASTER


class Doubling(nn.Module):
    """A network that counts the clips that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.))
        self.num_clips = 0

    def forward(self, x: Tensor) -> Tensor:
        """Twice the clips."""
        self.num_clips += len(x)
        return self.factor * x


def entries(folder: Path) -> List[Path]:
    """All files of a cache."""
    return sorted(path for path in folder.rglob('*') if path.is_file())


def test_only_new_clips_are_computed(tmp_path: Path) -> None:
    cache, network = ClipMapCache(str(tmp_path)), Doubling()
    batch = torch.randn(3, 1, 2, 2, 2)
    assert torch.equal(cache.features(network, batch), 2 * batch)
    other = torch.cat([torch.randn(1, 1, 2, 2, 2), batch[[2, 0]]])
    assert torch.equal(cache.features(network, other), 2 * other)
    assert network.num_clips == 4 and len(entries(tmp_path)) == 4
    # Another process begins with an empty object.
    again = ClipMapCache(str(tmp_path)).features(network, batch)
    assert torch.equal(again, 2 * batch) and network.num_clips == 4


def test_other_weights_or_precision_are_other_entries(tmp_path: Path) -> None:
    cache, network = ClipMapCache(str(tmp_path)), Doubling()
    batch = torch.randn(1, 1, 2, 2, 2)
    cache.features(network, batch)
    network.load_state_dict(dict(factor=torch.tensor(3.)))
    assert torch.equal(cache.features(network, batch), 3 * batch)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        cache.features(network, batch)
    assert network.num_clips == 3
    network.load_state_dict(dict(factor=torch.tensor(2.)))
    assert torch.equal(cache.features(network, batch), 2 * batch)
    assert network.num_clips == 3


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16,
                                   torch.float32, torch.float64])
def test_entries_keep_every_bit(tmp_path: Path, dtype: torch.dtype) -> None:
    features = torch.randn(3, 1, 2, 2).to(dtype)
    write_entry(tmp_path / 'entry', features)
    found = read_entry(tmp_path / 'entry')
    assert found.dtype == dtype and torch.equal(found, features)


@pytest.mark.parametrize('damage', [
    lambda content: content[:-1],
    lambda content: content[:10],
    lambda content: b'',
    lambda content: content[:-4] + b'\0\0\0\0',
    lambda content: b'{"dtype": "torch.int8"}\n',
    lambda content: b'[]\n',
    lambda content: pickle.dumps(torch.zeros(2)),
])
def test_torn_entry_is_computed_anew(tmp_path: Path, damage) -> None:
    cache, network = ClipMapCache(str(tmp_path)), Doubling()
    batch = torch.randn(2, 1, 2, 2, 2)
    cache.features(network, batch)
    torn = entries(tmp_path)[0]
    whole = torn.read_bytes()
    torn.write_bytes(damage(whole))
    assert torch.equal(cache.features(network, batch), 2 * batch)
    assert network.num_clips == 3 and torn.read_bytes() == whole


def test_interrupted_writing_leaves_no_entry(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_entry(tmp_path / 'entry', torch.zeros(1))
    assert entries(tmp_path) == []


def _write_often(path: Path) -> None:
    for _ in range(50):
        write_entry(path, torch.arange(5000.))


def test_colleagues_can_read_a_shared_cache(tmp_path: Path) -> None:
    (tmp_path / 'any').write_bytes(b'')
    write_entry(tmp_path / 'entry', torch.zeros(1))
    assert (tmp_path / 'entry').stat().st_mode == (
        tmp_path / 'any').stat().st_mode


def test_header_is_part_of_what_is_checked(tmp_path: Path) -> None:
    path = tmp_path / 'entry'
    write_entry(path, torch.arange(6.).reshape(1, 2, 3))
    whole = path.read_bytes()
    assert whole.count(b'[1, 2, 3]') == 1
    path.write_bytes(whole.replace(b'[1, 2, 3]', b'[1, 3, 2]'))
    assert read_entry(path) is None


@pytest.mark.filterwarnings('error')
def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    cache, network = ClipMapCache(str(tmp_path / 'file')), Doubling()
    batch = torch.randn(3, 1, 2, 2, 2)
    with pytest.warns(UserWarning, match='file cannot be written to .*no '
                                         'longer kept; make room'):
        assert torch.equal(cache.features(network, batch), 2 * batch)
    assert torch.equal(cache.features(network, batch), 2 * batch)
    assert network.num_clips == 6


def test_writers_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / 'entry'
    context = multiprocessing.get_context('fork')
    writers = [context.Process(target=_write_often, args=(path, ))
               for _ in range(2)]
    for writer in writers:
        writer.start()
    seen = 0
    while any(writer.is_alive() for writer in writers):
        if path.exists():
            assert torch.equal(read_entry(path), torch.arange(5000.))
            seen += 1
    assert seen and [writer.exitcode for writer in writers] == [0, 0]
    assert entries(tmp_path) == [path]


def train(folder: Path, cached: bool) -> List[float]:
    """Losses of a few steps on the same two batches, over and over."""
    torch.manual_seed(1)
    options = dict(feature_cache=str(folder)) if cached else {}
    model: FASTER = MODELS.build(tiny_faster(**options))
    model.init_weights()
    batches = [clips(), clips()]
    model.set_stage('aggregation')
    model.train()
    optimizer = torch.optim.Adam(
        [p for p in model.parameters() if p.requires_grad], lr=0.01)
    found = []
    for turn in range(6):
        losses = model.loss(batches[turn % 2], samples([0, 1]))
        optimizer.zero_grad()
        losses['cls_head.loss_cls'].backward()
        optimizer.step()
        found.append(losses['cls_head.loss_cls'].item())
    return found


def test_losses_are_the_same_with_and_without(tmp_path: Path) -> None:
    plain = train(tmp_path, cached=False)
    assert entries(tmp_path) == []
    assert train(tmp_path, cached=True) == pytest.approx(plain, rel=1e-6)
    assert len(entries(tmp_path)) == 2 * 2 * 3  # batches, videos, clips
    assert train(tmp_path, cached=True) == pytest.approx(plain, rel=1e-6)
    assert len(set(plain)) == len(plain)


def test_networks_that_train_and_plain_tests_are_not_cached(
        tmp_path: Path) -> None:
    model = MODELS.build(tiny_faster(feature_cache=str(tmp_path)))
    model.eval().predict(clips(), samples([0, 1]))
    model.set_stage('end_to_end')
    model.train().loss(clips(), samples([0, 1]))
    assert entries(tmp_path) == []
