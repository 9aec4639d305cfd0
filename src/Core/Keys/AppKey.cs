namespace MetaGrains.Core.Keys;

/// <summary>
/// A Meta app: the limits that its tenants share. Key format: <c>app/{number}</c>.
/// </summary>
/// <param name="App">The app's id, <c>META_APP_ID</c>.</param>
public readonly record struct AppKey(long App)
{
    private const string Word = "app/";

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out AppKey key)
    {
        key = default;
        if (!KeyText.TryNumber(text, Word, out var app) || app == 0)
            return false;
        var read = new AppKey(app);
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static AppKey Parse(string text) => TryParse(text, out var key) ? key : throw KeyText.Refused(text, "app/ followed by a number");

    /// <summary>The grain key.</summary>
    public override string ToString() => $"{Word}{App}";
}
