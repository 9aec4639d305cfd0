namespace MetaGrains.Warehouse.Tests.Local;

/// <summary>A test of what root alone meets: PostgreSQL then runs under another account. Reported as skipped for others.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Environment.UserName != "root")
            Skip = "Only root lends PostgreSQL another account.";
    }
}
