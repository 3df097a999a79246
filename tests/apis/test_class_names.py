"""Label maps."""
import pytest

from mmaction_sampler.apis.class_names import (names_in_checkpoint,
                                               read_class_names)


@pytest.mark.parametrize('name,text,expected', [
    ('a.txt', 'one\ntwo words\n\n', ['one', 'two words']),
    ('a.txt', '\ufeff0 one\n1 two words\n', ['one', 'two words']),
    # Ends of lines that are none in a text file.
    ('a.txt', 'one\u2028two\r\nthree\x85four\x0b5\r\n',
     ['one\u2028two', 'three\x85four\x0b5']),
    # Numbers that are part of the names.
    ('a.txt', '3 cushion billiards\n4 square\n',
     ['3 cushion billiards', '4 square']),
    ('a.json', '["b", "a"]', ['b', 'a']),
    ('a.json', '{"1": "a", "0": "b"}', ['b', 'a']),
])
def test_formats(tmp_path, name, text, expected):
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert read_class_names(str(path)) == expected


@pytest.mark.parametrize('name,text,message', [
    ('a.txt', '\n', 'names no class'),
    ('a.txt', 'caf\xe9\n', 'a.txt is no text in UTF-8'),
    ('a.json', '{"0": "a", "2": "b"}', 'without a gap'),
    ('a.json', '["a", ', 'a.json is no JSON'),
    ('a.json', '[' * 100_000, 'a.json is no JSON'),
])
def test_what_is_wrong(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text, encoding='latin-1')
    with pytest.raises(ValueError, match=message):
        read_class_names(str(path))


def test_checkpoints():
    assert names_in_checkpoint(dict(meta=dict(dataset_meta=dict(
        classes=('a', 'b'))))) == ('a', 'b')
    assert names_in_checkpoint(dict(meta=dict(dataset_meta=None))) is None
    assert names_in_checkpoint({}) is None
