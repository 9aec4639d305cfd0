using System.Runtime.CompilerServices;
using System.Text;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <content>Order, sums and output.</content>
internal sealed partial class ActionLists
{
    // Digits, a point and a minus of a decimal.
    private const int LongestFigure = 32;

    private readonly ByteScratch _json = new(2048);
    private readonly byte[][] _listKeys = [.. fields.Select(field => Encoding.UTF8.GetBytes($"\"{field}\":{{"))];
    private readonly int _actions = IndexOf(fields, "actions");
    private readonly int _actionValues = IndexOf(fields, "action_values");
    private Figure[] _merged = new Figure[16];

    /// <summary>Finishes the row: the canonical JSON, empty when it has no actions, and the tally's share.</summary>
    /// <param name="body">What the reader read from; the figures' texts are taken from it.</param>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> body, ConversionTally tally)
    {
        _json.Clear();
        if (_elementCount == 0)
            return default;

        var elements = _elements.AsSpan(0, _elementCount);
        SortElements(elements);
        var (list, repeats) = (-1, _composedKeys);
        for (var index = 0; index < elements.Length;)
        {
            var element = elements[index];
            if (element.List != list)
            {
                _json.Append(list < 0 ? "{"u8 : "},"u8);
                _json.Append(_listKeys[element.List]);
                list = element.List;
            }
            else
            {
                _json.Append((byte)',');
            }

            var next = index + 1;
            while (next < elements.Length && elements[next].List == list && elements[next].Key == element.Key)
                next++;
            var figures = next == index + 1
                ? Sorted(_figures.AsSpan(element.First, element.Count))
                : Merge(elements[index..next]);
            repeats |= next > index + 1;
            WriteElement(element.Key, figures, body);
            index = next;
        }

        _json.Append("}}"u8);
        Feed(tally, elements, repeats);
        return _json.Written;
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (string.Equals(names[index], name, StringComparison.Ordinal))
                return index;
        }

        return -1;
    }

    // Room for the whole element is taken once: most of it is short texts that are copied one after the other.
    private void WriteElement(int key, ReadOnlySpan<Figure> figures, ReadOnlySpan<byte> body)
    {
        var size = _names.Json(key).KeyLength + 2 + JsonText.Slack;
        foreach (ref readonly var figure in figures)
            size += _names.Json(figure.Name).KeyLength + 1 + Math.Max(figure.Length, LongestFigure);
        var room = _json.Room(size);
        var at = _names.Json(key).CopyKey(room, 0);
        room[at++] = (byte)'{';
        for (var index = 0; index < figures.Length; index++)
        {
            ref readonly var figure = ref figures[index];
            if (index > 0)
                room[at++] = (byte)',';
            at = _names.Json(figure.Name).CopyKey(room, at);
            at = figure.Length > 0
                ? CopyFigure(body, in figure, room, at)
                : at + ExactNumber.Write(figure.Value, room[at..]);
        }

        room[at++] = (byte)'}';
        _json.Advance(at);
    }

    // What is copied behind a short figure is overwritten by what follows it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyFigure(ReadOnlySpan<byte> body, in Figure figure, Span<byte> room, int at)
    {
        if (figure.Length <= sizeof(ulong) && body.Length - figure.Start >= sizeof(ulong))
            body.Slice(figure.Start, sizeof(ulong)).CopyTo(room[at..]);
        else
            body.Slice(figure.Start, figure.Length).CopyTo(room[at..]);
        return at + figure.Length;
    }

    // Rows have tens of elements at most in most accounts; a row with hundreds is sorted by the library.
    private void SortElements(Span<Element> elements)
    {
        if (elements.Length > 64)
        {
            elements.Sort((left, right) => Order(left).CompareTo(Order(right)));
            return;
        }

        for (var sorted = 1; sorted < elements.Length; sorted++)
        {
            var element = elements[sorted];
            var order = Order(element);
            var place = sorted;
            for (; place > 0 && Order(elements[place - 1]) > order; place--)
                elements[place] = elements[place - 1];
            elements[place] = element;
        }
    }

    private long Order(in Element element) => ((long)element.List << 32) | (uint)_names.Rank(element.Key);

    private Span<Figure> Sorted(Span<Figure> figures)
    {
        Sort(figures);
        for (var index = 1; index < figures.Length; index++)
        {
            if (figures[index].Name == figures[index - 1].Name)
                throw new InvalidAnswerException("An action has one window twice.");
        }

        return figures;
    }

    private void Sort(Span<Figure> figures)
    {
        for (var sorted = 1; sorted < figures.Length; sorted++)
        {
            var figure = figures[sorted];
            var rank = _names.Rank(figure.Name);
            var place = sorted;
            for (; place > 0 && _names.Rank(figures[place - 1].Name) > rank; place--)
                figures[place] = figures[place - 1];
            figures[place] = figure;
        }
    }

    // Elements of one key add up, window by window.
    private ReadOnlySpan<Figure> Merge(ReadOnlySpan<Element> elements)
    {
        var count = 0;
        foreach (var element in elements)
        {
            foreach (var figure in Sorted(_figures.AsSpan(element.First, element.Count)))
            {
                var known = _merged.AsSpan(0, count);
                var index = 0;
                while (index < known.Length && known[index].Name != figure.Name)
                    index++;
                if (index < count)
                {
                    _merged[index] = figure with { Value = Sum(known[index].Value, figure.Value), Length = 0 };
                    continue;
                }

                if (count == _merged.Length)
                    Array.Resize(ref _merged, count * 2);
                _merged[count++] = figure;
            }
        }

        Sort(_merged.AsSpan(0, count));
        return _merged.AsSpan(0, count);
    }

    private static decimal Sum(decimal left, decimal right) =>
        ExactNumber.TryAdd(left, right, out var sum)
            ? sum
            : throw new InvalidAnswerException("A sum of actions needs more digits than a decimal has.");
}
