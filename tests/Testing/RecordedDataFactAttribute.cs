using Xunit;

namespace MetaGrains.Testing;

/// <summary>A test of the recorded account, reported as skipped where the recording is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecordedDataFactAttribute : FactAttribute
{
    public RecordedDataFactAttribute()
    {
        if (RepositoryRoot.RecordedData is null)
            Skip = $"No recorded data beside the checkout; set {RepositoryRoot.DataVariable} to the folder of SOURCES.md.";
    }
}
