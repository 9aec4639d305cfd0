using System.Xml.Linq;

namespace MetaGrains.Repository.Tests;

/// <summary>What a project file says.</summary>
internal sealed class Project
{
    private const string Product = "MetaGrains.";

    private readonly XDocument _xml;

    private Project(string path, XDocument xml)
    {
        Path = path;
        _xml = xml;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The name of the folder that the project stands in.</summary>
    public string Folder => Path.Split('/')[^2];

    /// <summary>The folder as the design names it, such as <c>Grains.Interfaces</c>.</summary>
    public string Part => PartOf(Name);

    public IEnumerable<XElement> Packages => _xml.Descendants("PackageReference");

    public IEnumerable<string> ReferencedParts =>
        _xml.Descendants("ProjectReference").Where(reference => !OnlyBuilds(reference))
            .Select(reference => (string?)reference.Attribute("Include") ?? "")
            .Select(include => PartOf(System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))));

    /// <summary>A reference that only says what is built first: nothing of the other project can be named, nor lands in the output.</summary>
    public static bool OnlyBuilds(XElement reference) =>
        string.Equals((string?)reference.Attribute("ReferenceOutputAssembly") ?? (string?)reference.Element("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase);

    public bool Says(string element) => _xml.Descendants(element).Any();

    public static Project Load(string path) => new(path, XDocument.Parse(Repo.Read(path)));

    public static IReadOnlyList<Project> All { get; } = [.. Repo.Projects().Select(Load)];

    public static IEnumerable<Project> OfSource => All.Where(project => Repo.IsUnder(project.Path, "src"));

    private static string PartOf(string project) =>
        project.StartsWith(Product, StringComparison.Ordinal) ? project[Product.Length..] : project;
}
