using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Tls;

/// <summary>What the files hold.</summary>
/// <param name="Own">This process's certificate; null: it shows none.</param>
/// <param name="Authorities">Who signs what is accepted; null: fingerprints alone decide.</param>
internal sealed record TlsMaterial(SslStreamCertificateContext? Own, X509Certificate2Collection? Authorities);

/// <summary>
/// The files behind the options. They are small and connections are rare, so they are read for each: who replaces a
/// file has the new one in the next connection. Files that do not fit together, as between two writes, change nothing.
/// </summary>
internal sealed partial class TlsFiles(TlsOptions options, ILogger logger)
{
    private readonly Lock _gate = new();
    private string?[] _texts = [];
    private TlsMaterial? _current;
    private bool _failing;

    /// <summary>Says by its key which file cannot be used, or null.</summary>
    public static string? Refuse(TlsOptions options)
    {
        foreach (var (key, file) in new[] { (nameof(options.CertificateFile), options.CertificateFile), (nameof(options.KeyFile), options.KeyFile), (nameof(options.CaFile), options.CaFile) })
        {
            try
            {
                _ = file is null ? null : File.ReadAllText(file);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                return $"{TlsOptions.Key(key)}: {unreadable.Message}";
            }
        }

        return Refused(nameof(options.CertificateFile), () => Own(Read(options.CertificateFile), Read(options.KeyFile)))
            ?? Refused(nameof(options.CaFile), () => Authorities(Read(options.CaFile)));
    }

    /// <exception cref="CryptographicException">The files cannot be used, and never could.</exception>
    public TlsMaterial Current()
    {
        lock (_gate)
        {
            try
            {
                string?[] texts = [Read(options.CertificateFile), Read(options.KeyFile), Read(options.CaFile)];
                if (_current is null || !texts.SequenceEqual(_texts, StringComparer.Ordinal))
                    Use(new TlsMaterial(Own(texts[0], texts[1]), Authorities(texts[2])), texts);
                _failing = false;
            }
            catch (Exception failure) when (_current is not null && IsOfFiles(failure))
            {
                if (!_failing)
                    LogUnusable(logger, failure.Message);
                _failing = true;
            }

            return _current!;
        }
    }

    private void Use(TlsMaterial material, string?[] texts)
    {
        if (_current is not null)
            LogChanged(logger, material.Own?.TargetCertificate.NotAfter.ToUniversalTime());
        (_current, _texts) = (material, texts);
    }

    private static string? Refused(string key, Func<object?> load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            return $"{TlsOptions.Key(key)}: {failure.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static bool IsOfFiles(Exception failure) => failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static string? Read(string? file) => file is null ? null : File.ReadAllText(file);

    private static SslStreamCertificateContext? Own(string? certificates, string? key)
    {
        if (certificates is null || key is null)
            return null;
        var own = X509Certificate2.CreateFromPem(certificates, key);
        // Windows takes no key for TLS that it has not in a store of its own.
        if (OperatingSystem.IsWindows())
            own = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificates);
        return SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true);
    }

    private static X509Certificate2Collection? Authorities(string? certificates)
    {
        if (certificates is null)
            return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(certificates);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("The file has no certificate in PEM.");
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Information, Message = "The certificate files have changed; new connections use them (the own one ends {Until:u})")]
    private static partial void LogChanged(ILogger logger, DateTime? until);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "The certificate files cannot be used as they are now, so new connections go on with what was read before: {Why}")]
    private static partial void LogUnusable(ILogger logger, string why);
}
