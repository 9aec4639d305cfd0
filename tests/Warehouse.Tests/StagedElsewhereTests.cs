using MetaGrains.Warehouse.Tests.Completeness;
using MetaGrains.Warehouse.Tests.Revisions;

namespace MetaGrains.Warehouse.Tests;

/// <summary>All that holds for pages in memory, with all of them in the table.</summary>
public sealed class PublishFromTableTests : PublishTests
{
    protected override long StagingBytes => 0;
}

/// <summary>… with the first of each slice in memory and the others in the table.</summary>
public sealed class PublishFromBothTests : PublishTests
{
    protected override long StagingBytes => Both;

    /// <summary>Room for one block.</summary>
    internal const long Both = 200_000;
}

/// <inheritdoc cref="PublishFromBothTests" />
public sealed class CompletenessFromBothTests : CompletenessTests
{
    protected override long StagingBytes => PublishFromBothTests.Both;
}

/// <inheritdoc cref="PublishFromBothTests" />
public sealed class RevisionsFromBothTests : RevisionTests
{
    protected override long StagingBytes => PublishFromBothTests.Both;
}

/// <inheritdoc cref="PublishFromTableTests" />
public sealed class EntityPublishFromTableTests : EntityPublishTests
{
    protected override long StagingBytes => 0;
}
