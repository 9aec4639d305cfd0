using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Hosting;

/// <summary>Where this installation stands and keeps its local state.</summary>
/// <param name="Root">The checkout, or the working directory of an installation without sources.</param>
/// <param name="HasSources">Whether <paramref name="Root"/> is a checkout.</param>
public sealed record Checkout(string Root, bool HasSources)
{
    /// <summary>Folder of PostgreSQL data, keys and logs; git-ignored.</summary>
    public string StateDirectory => Path.Combine(Root, ".metagrains");

    /// <summary>By <c>METAGRAINS_ROOT</c>, which the entry script sets, else by looking above the program, else the working directory.</summary>
    public static Checkout Find()
    {
        var named = Environment.GetEnvironmentVariable("METAGRAINS_ROOT");
        if (!string.IsNullOrEmpty(named))
            return new Checkout(named, File.Exists(Path.Combine(named, "MetaGrains.sln")));
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MetaGrains.sln")))
                return new Checkout(folder.FullName, HasSources: true);
        }

        return new Checkout(Directory.GetCurrentDirectory(), HasSources: false);
    }

    /// <summary>Makes the state folder.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public void EnsureState()
    {
        try
        {
            Directory.CreateDirectory(StateDirectory);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw CliException.Unavailable($"{StateDirectory} cannot be made: {refused.Message}", refused);
        }
    }
}
