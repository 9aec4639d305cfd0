namespace MetaGrains.Core.Sync;

/// <summary>A Graph access token. Its text form is masked, so that a log or an exception cannot leak it.</summary>
public sealed class AccessToken
{
    private readonly string _value;

    /// <summary>Wraps a token.</summary>
    /// <exception cref="ArgumentException">The token is empty or holds white space.</exception>
    public AccessToken(string value)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Any(char.IsWhiteSpace))
            throw new ArgumentException("An access token is one word without white space.", nameof(value));
        _value = value;
    }

    /// <summary>The secret. Call only where it is sent or encrypted.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}
