using System.Globalization;

namespace MetaGrains.Tls;

/// <summary>
/// TLS between silos, and between silos and their clients. Section <c>MetaGrains:Cluster:Tls</c>; environment:
/// <c>MetaGrains__Cluster__Tls__…</c>. Without any of them the bytes travel as they are.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string Section = "MetaGrains:Cluster:Tls";

    private const int FingerprintLength = 64;

    /// <summary>PEM file of this process's certificate, followed by those between it and the authority, if there are any.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of the certificate's private key, not encrypted.</summary>
    public string? KeyFile { get; set; }

    /// <summary>PEM file of the authorities whose certificates are accepted. It should be an authority of this cluster alone: names are not compared.</summary>
    public string? CaFile { get; set; }

    /// <summary>SHA-256 fingerprints of the certificates that are accepted, hexadecimal, parted by commas. With <see cref="CaFile"/> both must hold.</summary>
    public string? Thumbprints { get; set; }

    /// <summary>Whether who connects must show a certificate, too. Default: yes.</summary>
    public bool? Mutual { get; set; }

    /// <summary>Whether anything of it was set.</summary>
    public bool IsOn => CertificateFile is not null || KeyFile is not null || CaFile is not null || Thumbprints is not null || Mutual is not null;

    internal bool IsMutual => Mutual ?? true;

    /// <summary>Says by its key what is wrong, or null. The files are read.</summary>
    /// <param name="listens">Whether others connect to this process, so that it needs a certificate whatever <see cref="Mutual"/> says.</param>
    public string? Refuse(bool listens)
    {
        if (!IsOn)
            return null;
        if (CertificateFile is null && (listens || IsMutual || KeyFile is not null))
            return $"{Key(nameof(CertificateFile))} is not set: name the PEM file of this process's certificate.";
        if (KeyFile is null && CertificateFile is not null)
            return $"{Key(nameof(KeyFile))} is not set: name the PEM file of the certificate's private key.";
        if (CaFile is null && Thumbprints is null)
            return $"{Key(nameof(CaFile))} is not set: name the PEM file of the authority whose certificates are accepted, or their fingerprints by {Key(nameof(Thumbprints))}.";
        if (Thumbprints is not null && (Fingerprints().Count == 0 || Fingerprints().Any(print => print.Length != FingerprintLength || !print.All(char.IsAsciiHexDigit))))
            return $"{Key(nameof(Thumbprints))} must be SHA-256 fingerprints of {FingerprintLength} hexadecimal digits, parted by commas, as 'openssl x509 -noout -fingerprint -sha256 -in FILE' prints them.";
        return TlsFiles.Refuse(this);
    }

    /// <summary>The same from variables of the environment.</summary>
    /// <param name="variable">Gives a variable's value by its name.</param>
    /// <exception cref="FormatException">One makes no sense; the message names it.</exception>
    public static TlsOptions Read(Func<string, string?> variable)
    {
        return new TlsOptions
        {
            CertificateFile = Text(nameof(CertificateFile)), KeyFile = Text(nameof(KeyFile)), CaFile = Text(nameof(CaFile)), Thumbprints = Text(nameof(Thumbprints)),
            Mutual = Text(nameof(Mutual)) is not { } text ? null
                : bool.TryParse(text, out var mutual) ? mutual
                : throw new FormatException($"{Key(nameof(Mutual))} must be true or false, not '{text}'."),
        };

        string? Text(string key) => variable($"{Section.Replace(":", "__", StringComparison.Ordinal)}__{key}") is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
    }

    internal static string Key(string name) => $"{Section}:{name}";

    internal IReadOnlyList<string> Fingerprints() =>
        [.. (Thumbprints ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(print => print.Replace(":", "", StringComparison.Ordinal).ToUpper(CultureInfo.InvariantCulture))];
}
