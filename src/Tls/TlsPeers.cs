using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MetaGrains.Tls;

/// <summary>Whose certificate is accepted.</summary>
internal sealed class TlsPeers(TlsOptions options, TimeProvider clock)
{
    private readonly IReadOnlyList<string> _fingerprints = options.Fingerprints();

    /// <summary>Says why a certificate is not accepted, or null.</summary>
    /// <param name="sent">What came with it, from which a chain may be made.</param>
    /// <param name="purpose">What the other end uses it for.</param>
    public string? Refuse(X509Certificate2? theirs, X509Certificate2Collection sent, TlsMaterial material, Oid purpose)
    {
        if (theirs is null)
            return "it shows no certificate";
        if (_fingerprints.Count > 0 && !_fingerprints.Contains(theirs.GetCertHashString(HashAlgorithmName.SHA256), StringComparer.Ordinal))
            return $"its certificate ({theirs.Subject}) is none of {TlsOptions.Key(nameof(options.Thumbprints))}";
        return material.Authorities is { } authorities ? Unsigned(theirs, sent, authorities, purpose) : Expired(theirs);
    }

    private static string? Unsigned(X509Certificate2 theirs, X509Certificate2Collection sent, X509Certificate2Collection authorities, Oid purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.ChainPolicy.ApplicationPolicy.Add(purpose);
        // An authority of one cluster publishes no lists; who must go gets out when the authority or the fingerprints are replaced.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(theirs)
            ? null
            : $"its certificate ({theirs.Subject}) is not accepted by {TlsOptions.Key(nameof(options.CaFile))}: {string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct())}";
    }

    private string? Expired(X509Certificate2 theirs)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return now >= theirs.NotBefore.ToUniversalTime() && now <= theirs.NotAfter.ToUniversalTime()
            ? null
            : $"its certificate ({theirs.Subject}) is valid from {theirs.NotBefore.ToUniversalTime():u} to {theirs.NotAfter.ToUniversalTime():u} only";
    }
}
