using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Hosting;

/// <summary>Where the command line looks for the programs that it starts.</summary>
public sealed class SiblingHostTests : IDisposable
{
    private readonly EmptyCheckout _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void In_an_installation_it_stands_beside_the_command_line()
    {
        var file = Program("MetaGrains.Silo");

        Assert.Equal(file, SiblingHost.Find(_folder.Checkout, "Silo", _folder.Path));
    }

    [Fact]
    public void In_a_checkout_it_is_built_for_the_same_engine_and_configuration()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "MetaGrains.sln"), "");
        var output = Path.Combine("bin", BuildInfo.GrainEngine, "Debug", "net10.0");
        Program(Path.Combine("src", "Api", "bin", BuildInfo.GrainEngine, "Release", "net10.0", "MetaGrains.Api"));
        var debug = Program(Path.Combine("src", "Api", output, "MetaGrains.Api"));
        var programs = Path.Combine(_folder.Path, "src", "Cli", output);

        Assert.Equal(debug, SiblingHost.Find(new Checkout(Path.GetTempPath(), false), "Api", programs + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void A_library_without_its_configuration_is_no_program()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "MetaGrains.Silo.dll"), "");

        var missing = Assert.Throws<CliException>(() => SiblingHost.Find(_folder.Checkout, "Silo", _folder.Path));

        Assert.Equal(3, missing.ExitCode);
        Assert.Contains("./metagrains", missing.Message, StringComparison.Ordinal);
    }

    private string Program(string name)
    {
        var file = Path.Combine(_folder.Path, name + ".dll");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        File.WriteAllText(Path.ChangeExtension(file, ".runtimeconfig.json"), "{}");
        return file;
    }
}
