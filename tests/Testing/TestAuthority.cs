using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MetaGrains.Testing;

/// <summary>An authority that signs certificates, with everything as PEM files in a folder of its own.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly OidCollection BothPurposes = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("metagrains-tls-");
    private readonly X509Certificate2 _own;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _own = request.CreateSelfSigned(_now.AddDays(-2), _now.AddDays(2));
        File.WriteAllText(CaFile, _own.ExportCertificatePem());
    }

    public string CaFile => Path.Combine(_folder.FullName, "ca.pem");

    public string CertificateFile(string name) => Path.Combine(_folder.FullName, $"{name}.pem");

    public string KeyFile(string name) => Path.Combine(_folder.FullName, $"{name}.key");

    /// <summary>Writes a certificate and its key, over those that had the name.</summary>
    /// <returns>Its SHA-256 fingerprint.</returns>
    public string Sign(string name, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(BothPurposes, critical: false));
        var serial = RandomNumberGenerator.GetBytes(16);
        using var signed = request.Create(_own, _now.AddDays(-1), expired ? _now.AddHours(-1) : _now.AddDays(1), serial);
        File.WriteAllText(CertificateFile(name), signed.ExportCertificatePem());
        File.WriteAllText(KeyFile(name), key.ExportPkcs8PrivateKeyPem());
        return signed.GetCertHashString(HashAlgorithmName.SHA256);
    }

    /// <summary>The settings of a process that shows a certificate of that name and accepts this authority's.</summary>
    public Dictionary<string, string?> Settings(string name) => new(StringComparer.Ordinal)
    {
        ["MetaGrains:Cluster:Tls:CertificateFile"] = CertificateFile(name),
        ["MetaGrains:Cluster:Tls:KeyFile"] = KeyFile(name),
        ["MetaGrains:Cluster:Tls:CaFile"] = CaFile,
    };

    public void Dispose()
    {
        _own.Dispose();
        _folder.Delete(recursive: true);
    }
}
