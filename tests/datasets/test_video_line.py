"""Lines of annotation files: names as people have them, clear errors."""
import pytest

from mmaction_sampler.datasets.video_line import split_line


@pytest.mark.parametrize('line, filename, labels', [
    ('a/0.mp4 3', 'a/0.mp4', (3, )),
    ('a.mp4 1 0 7\n', 'a.mp4', (1, 0, 7)),
    ('7 3', '7', (3, )),
    (' a.mp4 3 ', 'a.mp4', (3, )),
    ('a.mp4 -1', 'a.mp4', (-1, )),
    ('my films/at 10.30 1.mp4 2', 'my films/at 10.30 1.mp4', (2, )),
    ('v1.0 b/a b 2', 'v1.0 b/a b', (2, ))])
def test_labels_are_the_numbers_at_the_end(line, filename, labels) -> None:
    assert split_line(line) == (filename, labels)


def test_other_delimiters() -> None:
    assert split_line('my film.mp4\t1\t2', '\t') == ('my film.mp4', (1, 2))
    assert split_line('a 1.mp4, 2', ',') == ('a 1.mp4', (2, ))
    with pytest.raises(ValueError, match=r"delimiter than '\\t' has to"):
        split_line('a.mp4 1', '\t')


@pytest.mark.parametrize('line, message', [
    ('a.mp4', 'needs "video label"'),
    ('3', 'needs "video label"'),
    ('a.mp4,3', 'another delimiter'),
    ('a.mp4 x', 'labels must be whole numbers'),
    ('a.mp4 1.5', 'labels must be whole numbers'),
    ('a.mp4  1', 'labels must be whole numbers'),
    ('a.mp4 x 1', 'labels must be whole numbers'),
    ('my film.mp4', 'labels must be whole numbers'),
    ('a.mp4, 3', "',' stands between video and label")])
def test_what_is_no_such_line_is_refused(line, message) -> None:
    with pytest.raises(ValueError, match=message) as error:
        split_line(line)
    assert line in str(error.value)
