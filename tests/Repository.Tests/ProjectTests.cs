using System.Xml.Linq;
using MetaGrains.Repository.Tests.Checks;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests;

/// <summary>Projects, packages and which way they point.</summary>
public sealed class ProjectTests
{
    private const string OrleansVersion = "10.4.2";

    private static readonly string[] OrleansPackages =
    [
        "Microsoft.Orleans.Server",
        "Microsoft.Orleans.Clustering.AdoNet",
        "Microsoft.Orleans.Persistence.AdoNet",
        "Microsoft.Orleans.Reminders.AdoNet",
        "Microsoft.Orleans.TestingHost",
    ];

    private static readonly string[] EngineFiles = ["eng/GrainEngine.props", "eng/GrainEngine.targets"];

    [Fact]
    public void Project_references_point_one_way() =>
        Nothing(Project.OfSource.SelectMany(project => Dependencies.CheckReferences(project.Part, project.ReferencedParts)));

    [Theory]
    [InlineData("<ProjectReference Include=\"a.csproj\" ReferenceOutputAssembly=\"false\" />", true)]
    [InlineData("<ProjectReference Include=\"a.csproj\"><ReferenceOutputAssembly>false</ReferenceOutputAssembly></ProjectReference>", true)]
    [InlineData("<ProjectReference Include=\"a.csproj\" ReferenceOutputAssembly=\"true\" />", false)]
    [InlineData("<ProjectReference Include=\"a.csproj\" PrivateAssets=\"all\" />", false)]
    public void A_reference_that_only_orders_the_build_is_no_dependency(string xml, bool onlyBuilds) =>
        Assert.Equal(onlyBuilds, Project.OnlyBuilds(XElement.Parse(xml)));

    [Fact]
    public void Sources_name_only_what_their_project_may_know() =>
        Nothing(Project.OfSource.SelectMany(project => Repo.Sources($"src/{project.Folder}")
            .SelectMany(file => Dependencies.CheckNames(project.Part, file, Repo.Read(file)))));

    [Fact]
    public void Core_knows_the_BCL_and_NodaTime_only()
    {
        var core = Project.Load("src/Core/MetaGrains.Core.csproj");

        Assert.Equal(["NodaTime"], core.Packages.Select(package => (string?)package.Attribute("Include")));
        Assert.False(core.Says("FrameworkReference"), "Core references a framework.");
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_nothing_else_is()
    {
        var listed = Pattern.Of(@"""(?<path>[^""]+\.csproj)""").Matches(Repo.Read("MetaGrains.sln"))
            .Select(match => match.Groups["path"].Value.Replace('\\', '/'));

        Assert.Equal(Project.All.Select(project => project.Path), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_assembly_is_named_after_its_folder()
    {
        Assert.NotEmpty(Project.All);
        Assert.All(Project.All, project =>
        {
            Assert.Equal($"MetaGrains.{project.Folder}", project.Name, ignoreCase: project.Folder == "bench");
            Assert.False(project.Says("AssemblyName") || project.Says("RootNamespace"), $"{project.Path} overrides its name.");
        });
    }

    [Fact]
    public void Versions_stand_in_one_file()
    {
        var versions = XDocument.Parse(Repo.Read("Directory.Packages.props")).Descendants("PackageVersion").ToArray();
        var central = versions.Select(version => (string?)version.Attribute("Include")).ToArray();

        Assert.Equal(central.Distinct(StringComparer.OrdinalIgnoreCase), central);
        Assert.All(Project.All.SelectMany(project => project.Packages.Select(package => (project.Path, package))), reference =>
        {
            var name = (string?)reference.package.Attribute("Include");
            Assert.True(central.Contains(name), $"{reference.Path}: {name} has no central version.");
            Assert.True(
                reference.package.Attribute("Version") is null && reference.package.Attribute("VersionOverride") is null
                    && reference.package.Element("Version") is null,
                $"{reference.Path}: {name} states its own version.");
        });
    }

    [Fact]
    public void All_packages_of_the_Orleans_engine_are_named_at_one_version()
    {
        var versions = XDocument.Parse(Repo.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(version => (string)version.Attribute("Include")!, version => (string?)version.Attribute("Version"), StringComparer.Ordinal);

        Assert.All(OrleansPackages, package => Assert.Equal(OrleansVersion, versions.GetValueOrDefault(package)));
    }

    [Fact]
    public void Only_one_props_and_targets_pair_decides_by_engine()
    {
        var others = Repo.Files.Where(file => IsBuildFile(file) && !EngineFiles.Contains(file)).ToArray();

        Assert.All(EngineFiles, file => Assert.Contains("$(GrainEngine)", Repo.Read(file), StringComparison.Ordinal));
        Assert.NotEmpty(others);
        Nothing(others.SelectMany(file => EngineDecisions(file, XDocument.Parse(Repo.Read(file)))));
    }

    [Theory]
    [InlineData("<Project><ItemGroup Condition=\"'$(GrainEngine)' == 'Orleans'\" /></Project>", 1)]
    [InlineData("<Project><PropertyGroup><GrainEngine>Orleans</GrainEngine></PropertyGroup></Project>", 1)]
    [InlineData("<Project><ItemGroup><PackageReference Include=\"Microsoft.Orleans.Server\" /></ItemGroup></Project>", 1)]
    [InlineData("<Project><PropertyGroup><UsesGrainEngine>true</UsesGrainEngine></PropertyGroup></Project>", 0)]
    [InlineData("<Project><Import Project=\"eng/GrainEngine.props\" /></Project>", 0)]
    [InlineData("<Project><ItemGroup><AssemblyMetadata Include=\"GrainEngine\" Value=\"$(GrainEngine)\" /></ItemGroup></Project>", 0)]
    [InlineData("<Project><ItemGroup><PackageVersion Include=\"Microsoft.Orleans.Server\" Version=\"1\" /></ItemGroup></Project>", 0)]
    public void A_decision_by_engine_is_found(string xml, int findings) =>
        Assert.Equal(findings, EngineDecisions("one.csproj", XDocument.Parse(xml)).Count());

    private static IEnumerable<string> EngineDecisions(string file, XDocument xml)
    {
        foreach (var element in xml.Descendants())
        {
            if (((string?)element.Attribute("Condition"))?.Contains("GrainEngine)", StringComparison.OrdinalIgnoreCase) == true)
                yield return $"{file}: <{element.Name}> has a condition on the engine; eng/GrainEngine.targets decides that.";
            if (element.Name == "GrainEngine")
                yield return $"{file}: sets GrainEngine; eng/GrainEngine.props decides that.";
            if (element.Name == "PackageReference" && ((string?)element.Attribute("Include"))?.StartsWith("Microsoft.Orleans.", StringComparison.OrdinalIgnoreCase) == true)
                yield return $"{file}: references {element.Attribute("Include")!.Value}; say <UsesGrainEngine>true</UsesGrainEngine> instead.";
        }
    }

    private static bool IsBuildFile(string file) => Path.GetExtension(file) is ".csproj" or ".props" or ".targets";

    private static void Nothing(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
