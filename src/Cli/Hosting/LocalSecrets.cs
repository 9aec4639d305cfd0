using System.Security.Cryptography;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Cli.Hosting;

/// <summary>Secrets that a checkout makes for itself, once, in files that only their owner may read.</summary>
internal static class LocalSecrets
{
    private const int SecretBytes = 32;

    /// <summary>Seals the tokens of the private database.</summary>
    public static string EncryptionKey(Checkout checkout) => ReadOrMake(checkout, "encryption.key", EncryptionKeys.Generate);

    /// <summary>Opens the API of the checkout.</summary>
    public static string OperatorKey(Checkout checkout) =>
        ReadOrMake(checkout, "operator.key", () => $"mgop_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}");

    /// <summary>The operator key if it has been made already.</summary>
    public static string? FindOperatorKey(Checkout checkout)
    {
        var path = Path.Combine(checkout.StateDirectory, "operator.key");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <summary>What silo and API must both know.</summary>
    public static string ClusterSecret(Checkout checkout) =>
        ReadOrMake(checkout, "cluster.secret", () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));

    private static string ReadOrMake(Checkout checkout, string name, Func<string> make)
    {
        checkout.EnsureState();
        var path = Path.Combine(checkout.StateDirectory, name);
        if (!File.Exists(path))
            PrivateFile.WriteIfMissing(path, make());
        return File.ReadAllText(path).Trim();
    }
}
