namespace MetaGrains.Core.Keys;

/// <summary>Who recognises the incidents of a source of data; there is one source. Key format: <c>incidents/meta</c>.</summary>
public readonly record struct IncidentsKey
{
    private const string Text = "incidents/meta";

    /// <summary>Those of Meta.</summary>
    public static IncidentsKey Meta { get; }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    public static bool TryParse(string? text, out IncidentsKey key)
    {
        key = Meta;
        return text == Text;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static IncidentsKey Parse(string text) => TryParse(text, out var key) ? key : throw KeyText.Refused(text, Text);

    /// <summary>The grain key.</summary>
    public override string ToString() => Text;
}
