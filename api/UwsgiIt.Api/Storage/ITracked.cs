namespace UwsgiIt.Api.Storage;

/// <summary>A row that customers or operators change: it has an id, a revision for ETags and two times.</summary>
internal interface ITracked
{
    int Id { get; }

    /// <summary>Grows by one with every change; the ETag.</summary>
    long Revision { get; set; }

    /// <summary>Seconds since 1970.</summary>
    long CreatedUnix { get; set; }

    /// <summary>Seconds since 1970; never moves back.</summary>
    long ModifiedUnix { get; set; }
}
