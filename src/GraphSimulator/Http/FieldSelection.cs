namespace MetaGrains.GraphSimulator.Http;

/// <summary>One element of <c>fields</c>: a name, its modifiers and what is chosen of the object or edge behind it.</summary>
/// <param name="Modifiers"><c>limit(5)</c> is <c>limit</c> and <c>5</c>.</param>
/// <param name="Inner">The text between the braces; empty where there are none.</param>
internal sealed record FieldSelection(string Name, IReadOnlyList<KeyValuePair<string, string>> Modifiers, string Inner)
{
    /// <summary>The key in the answer.</summary>
    public string Key => Modifiers.FirstOrDefault(modifier => modifier.Key == "as").Value ?? Name;

    /// <summary>What is chosen behind it.</summary>
    public IReadOnlyList<FieldSelection> Children => Inner.Length == 0 ? [] : FieldParser.Parse(Inner);

    /// <summary>The parameters of a call to the edge that it names.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters()
    {
        foreach (var modifier in Modifiers)
        {
            if (modifier.Key != "as")
                yield return modifier;
        }

        if (Inner.Length > 0)
            yield return KeyValuePair.Create("fields", Inner);
    }

    /// <summary>The <c>fields</c> of a call, each key once and in order.</summary>
    public static IReadOnlyList<FieldSelection> Read(GraphRequest request)
    {
        var text = request.Find("fields")?.Trim();
        if (string.IsNullOrEmpty(text))
            return [];
        if (text[0] != '[')
            return FieldParser.Parse(text);
        using var document = ListParameters.Json("fields", text);
        return FieldParser.Parse(string.Join(',', document.RootElement.EnumerateArray().Select(item => ListParameters.Scalar(item, "fields"))));
    }

    public static IReadOnlyList<FieldSelection> Plain(params string[] names) => [.. names.Select(name => new FieldSelection(name, [], ""))];
}

/// <summary>Reads <c>name.modifier(value){inner}</c>, separated by commas.</summary>
internal sealed class FieldParser
{
    private readonly string _text;
    private int _at;

    private FieldParser(string text) => _text = text;

    public static IReadOnlyList<FieldSelection> Parse(string text)
    {
        var parser = new FieldParser(text);
        var fields = new List<FieldSelection>();
        while (parser._at < text.Length)
        {
            var field = parser.One();
            if (field.Name.Length > 0 && fields.TrueForAll(other => other.Key != field.Key))
                fields.Add(field);
        }

        return fields;
    }

    private FieldSelection One()
    {
        var name = Name();
        var modifiers = new List<KeyValuePair<string, string>>();
        while (Next('.'))
        {
            var modifier = Name();
            modifiers.Add(KeyValuePair.Create(modifier, Next('(') ? Until('(', ')') : throw Wrong()));
        }

        var inner = Next('{') ? Until('{', '}') : "";
        SkipBlanks();
        if (_at < _text.Length && !Next(','))
            throw Wrong();
        var fields = modifiers.Find(modifier => modifier.Key == "fields");
        return fields.Key is null
            ? new FieldSelection(name, modifiers, inner)
            : new FieldSelection(name, [.. modifiers.Where(modifier => modifier.Key != "fields")], fields.Value);
    }

    private string Name()
    {
        SkipBlanks();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or ':' or '-'))
            _at++;
        var name = _text[start.._at];
        SkipBlanks();
        return name;
    }

    private bool Next(char sign)
    {
        if (_at >= _text.Length || _text[_at] != sign)
            return false;
        _at++;
        return true;
    }

    // The text up to the closing sign; pairs inside belong to it.
    private string Until(char open, char close)
    {
        var (start, depth) = (_at, 1);
        for (; _at < _text.Length; _at++)
        {
            depth += _text[_at] == open ? 1 : _text[_at] == close ? -1 : 0;
            if (depth == 0)
                return _text[start.._at++];
        }

        throw Wrong();
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private GraphException Wrong() =>
        GraphErrors.Plain(2500, $"Syntax error \"Expected end of string instead of \"{(_at < _text.Length ? _text[_at] : ' ')}\".\" at character {_at + 1}: {_text}");
}
