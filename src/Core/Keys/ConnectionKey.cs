namespace MetaGrains.Core.Keys;

/// <summary>One connection of a tenant to Meta: one token. Key format: <c>conn/{uuid}</c>.</summary>
/// <param name="Connection"><c>integrations.id</c>.</param>
public readonly record struct ConnectionKey(Guid Connection)
{
    private const string Word = "conn/";

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out ConnectionKey key)
    {
        key = default;
        if (!KeyText.TryUuid(text, Word, out var id))
            return false;
        var read = new ConnectionKey(id);
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static ConnectionKey Parse(string text) => TryParse(text, out var key) ? key : throw KeyText.Refused(text, "conn/ followed by a lower-case UUID");

    /// <summary>The grain key.</summary>
    public override string ToString() => $"{Word}{Connection}";
}
