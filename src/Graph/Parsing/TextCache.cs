using System.Text;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// One string for each text of an answer: ids, currencies and settings repeat from row to row, so a row allocates
/// only for a text that was not seen before. Bounded; when full it starts anew.
/// </summary>
internal sealed class TextCache
{
    private const int Capacity = 64 * 1024;
    private const int MaxCount = Capacity / 2;
    private const int LongestDecoded = 256;

    private uint[] _hashes = new uint[64];
    private string?[] _texts = new string?[64];
    private int _count;

    /// <summary>The string of valid UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        var hash = Utf8Hash.Of(utf8);
        var mask = _texts.Length - 1;
        var index = (int)hash & mask;
        for (; _texts[index] is { } known; index = (index + 1) & mask)
        {
            if (_hashes[index] == hash && Same(utf8, known))
                return known;
        }

        var text = Encoding.UTF8.GetString(utf8);
        _texts[index] = text;
        _hashes[index] = hash;
        if (++_count > _texts.Length / 2)
            Grow();
        return text;
    }

    private static bool Same(ReadOnlySpan<byte> utf8, string text)
    {
        if (Ascii.Equals(utf8, text))
            return true;
        if (utf8.Length > LongestDecoded || utf8.Length < text.Length)
            return false;
        Span<char> decoded = stackalloc char[LongestDecoded];
        var length = Encoding.UTF8.GetChars(utf8, decoded);
        return decoded[..length].SequenceEqual(text);
    }

    private void Grow()
    {
        var (hashes, texts) = (_hashes, _texts);
        var size = _count > MaxCount ? texts.Length : texts.Length * 2;
        _hashes = new uint[size];
        _texts = new string?[size];
        if (_count > MaxCount)
        {
            _count = 0;
            return;
        }

        var mask = size - 1;
        for (var old = 0; old < texts.Length; old++)
        {
            if (texts[old] is not { } text)
                continue;
            var index = (int)hashes[old] & mask;
            while (_texts[index] is not null)
                index = (index + 1) & mask;
            _texts[index] = text;
            _hashes[index] = hashes[old];
        }
    }
}
