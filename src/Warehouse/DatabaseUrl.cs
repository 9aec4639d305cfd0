using Npgsql;

namespace MetaGrains.Warehouse;

/// <summary>
/// Reads <c>METAGRAINS_DATABASE_URL</c>: a URL as other PostgreSQL tools take it
/// (<c>postgres://user:password@host:port/database?sslmode=require</c>) or Npgsql's own <c>Host=…;Database=…</c>.
/// </summary>
public static class DatabaseUrl
{
    /// <summary>Makes a connection string.</summary>
    /// <exception cref="FormatException">The text is neither form. The message never repeats the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return FromKeywords(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException("The database URL must start with postgres:// and name a host, as in postgres://user:password@host:5432/database.");
        var builder = new NpgsqlConnectionStringBuilder { Host = url.Host };
        if (url.Port > 0)
            builder.Port = url.Port;
        ReadUser(url, builder);
        builder.Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (builder.Database.Length == 0)
            throw new FormatException("The database URL names no database: add it after the host, as in postgres://user@host:5432/metagrains.");
        ReadOptions(url, builder);
        return builder;
    }

    /// <summary>Writes a URL. It holds the password: never log it.</summary>
    public static string Format(NpgsqlConnectionStringBuilder builder) =>
        $"postgres://{Uri.EscapeDataString(builder.Username ?? "")}:{Uri.EscapeDataString(builder.Password ?? "")}"
        + $"@{builder.Host}:{builder.Port}/{Uri.EscapeDataString(builder.Database ?? "")}";

    private static NpgsqlConnectionStringBuilder FromKeywords(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException malformed)
        {
            throw new FormatException("The database URL is neither postgres://user:password@host:5432/database nor a list of Host=…;Database=… keywords.", malformed);
        }

        return string.IsNullOrEmpty(builder.Host)
            ? throw new FormatException("The database URL names no host.")
            : builder;
    }

    private static void ReadUser(Uri url, NpgsqlConnectionStringBuilder builder)
    {
        var parts = url.UserInfo.Split(':', 2);
        if (parts[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(parts[0]);
        if (parts.Length == 2)
            builder.Password = Uri.UnescapeDataString(parts[1]);
    }

    private static void ReadOptions(Uri url, NpgsqlConnectionStringBuilder builder)
    {
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
            switch (parts[0])
            {
                case "sslmode" when Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode):
                    builder.SslMode = mode;
                    break;
                case "sslrootcert":
                    builder.RootCertificate = value;
                    break;
                case "application_name":
                    builder.ApplicationName = value;
                    break;
                default:
                    throw new FormatException($"The database URL has an option that is not understood: {parts[0]}. Known: sslmode, sslrootcert, application_name.");
            }
        }
    }
}
