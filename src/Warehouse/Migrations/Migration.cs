using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Warehouse.Migrations;

/// <summary>One step of the schema, from a file <c>NNNN_name.sql</c> in this assembly.</summary>
/// <param name="Version">The number; steps are applied in its order.</param>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Sql">Its text.</param>
public sealed record Migration(int Version, string Name, string Sql)
{
    private const string Prefix = "Migrations.";

    /// <summary>SHA-256 of the text, in hex: a step that was applied never changes.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>All steps, oldest first.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Names the whole schema: the same text exactly when every step and every script of the engines is the same.</summary>
    public static string SchemaHash { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat([.. All.Select(step => step.Checksum), .. EngineScripts.All.Select(script => script.Checksum)]))))[..16];

    private static Migration[] Load()
    {
        var assembly = typeof(Migration).Assembly;
        var steps = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = Path.GetFileNameWithoutExtension(resource[Prefix.Length..]);
                return new Migration(int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
            })
            .OrderBy(step => step.Version)
            .ToArray();
        return steps.Select(step => step.Version).SequenceEqual(Enumerable.Range(1, steps.Length))
            ? steps
            : throw new InvalidOperationException("Migrations must be numbered 0001, 0002, … without gaps.");
    }
}
