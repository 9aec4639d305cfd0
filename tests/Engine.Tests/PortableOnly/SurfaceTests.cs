using System.Reflection;
using MetaGrains.Testing;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>
/// The engine's public surface against the metadata of the genuine packages. What is in ours only, or cannot be
/// compared because its package does not restore everywhere, stands in docs/engines.md.
/// </summary>
public sealed class SurfaceTests
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Packages =
        ["Orleans.Core.Abstractions", "Orleans.TestingHost", "Orleans.Clustering.AdoNet", "Orleans.Persistence.AdoNet", "Orleans.Reminders.AdoNet"];

    // Not every mirror has them; where the engine Orleans was once built they stand in the cache.
    private static readonly string[] Rarer =
        ["Orleans.Core", "Orleans.Runtime", "Orleans.Reminders", "Orleans.Serialization.Abstractions", "Orleans.Serialization", "Orleans.Persistence.Memory"];

    [Fact]
    public void Every_public_member_that_Orleans_has_too_is_the_same_there()
    {
        using var metadata = new MetadataLoadContext(new Resolver());
        var genuine = Packages.Concat(Rarer.Where(Resolver.IsCached)).Select(name => metadata.LoadFromAssemblyName(name)).ToArray();
        var document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "engines.md"));
        var unlisted = new List<string>();
        var compared = 0;
        foreach (var ours in typeof(Grain).Assembly.GetExportedTypes())
        {
            var theirs = genuine.Select(assembly => assembly.GetType(ours.FullName!)).FirstOrDefault(type => type is not null);
            if (theirs is null)
            {
                if (!document.Contains($"`{ours.FullName}`", StringComparison.Ordinal))
                    unlisted.Add($"{ours.FullName}: in no package that restores, and not listed");
                continue;
            }

            compared++;
            var signatures = Signatures(theirs).ToHashSet(StringComparer.Ordinal);
            unlisted.AddRange(Signatures(ours)
                .Where(signature => !signatures.Contains(signature))
                .Select(signature => $"{ours.FullName}: {signature}")
                .Where(line => !document.Contains($"`{line}`", StringComparison.Ordinal)));
        }

        Assert.True(compared > 50, $"only {compared} types were compared");
        Assert.True(unlisted.Count == 0, string.Join('\n', unlisted.Prepend($"{unlisted.Count} differences are not listed in docs/engines.md:")));
    }

    private static IEnumerable<string> Signatures(Type type)
    {
        foreach (var member in type.GetMembers(Members))
        {
            if (Text(member) is { } text)
                yield return text;
        }
    }

    // A member of theirs that names a type which neither a restored package nor ours has is none that ours could have.
    private static string? Text(MemberInfo member)
    {
        try
        {
            return member switch
            {
                FieldInfo field when field.IsPublic || field.IsFamily => $"{Name(field.FieldType)} {field.Name}",
                MethodBase method when method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly => Signature(method),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is FileNotFoundException or TypeLoadException)
        {
            return null;
        }
    }

    private static string Signature(MethodBase method)
    {
        var returns = method is MethodInfo { } info ? Name(info.ReturnType) + " " : "";
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        var parameters = method.GetParameters().Select(parameter =>
            $"{Name(parameter.ParameterType)}{(parameter.IsOptional ? " = " + (parameter.RawDefaultValue ?? "null") : "")}");
        return $"{(method.IsStatic ? "static " : "")}{returns}{method.Name}{generic}({string.Join(", ", parameters)})";
    }

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.HasElementType)
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : "&");
        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GenericTypeArguments.Length > 0 ? type.GenericTypeArguments.Select(Name) : type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }

    /// <summary>Genuine packages from the NuGet cache, the rest from this process; what Orleans refers to and no mirror has is our own assembly.</summary>
    private sealed class Resolver : MetadataAssemblyResolver
    {
        private static readonly string Cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        private readonly Dictionary<string, string> _runtime = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator).GroupBy(Path.GetFileNameWithoutExtension).ToDictionary(group => group.Key!, group => group.First(), StringComparer.Ordinal);

        public static bool IsCached(string name) => File.Exists(FileOf(name));

        public override Assembly? Resolve(MetadataLoadContext context, AssemblyName assemblyName)
        {
            var name = assemblyName.Name!;
            var package = FileOf(name);
            var missing = name.StartsWith("Orleans.", StringComparison.Ordinal) ? typeof(Grain).Assembly.Location : null;
            var file = File.Exists(package) ? package : _runtime.GetValueOrDefault(name, missing!);
            return file is null ? null : context.LoadFromAssemblyPath(file);
        }

        private static string FileOf(string name) =>
            Path.Combine(Cache, $"microsoft.{name.ToLowerInvariant()}", "10.4.2", "lib", "net10.0", $"{name}.dll");
    }
}
