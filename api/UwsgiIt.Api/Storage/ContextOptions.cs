using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace UwsgiIt.Api.Storage;

/// <summary>What contexts of both databases have in common. Said with the options, once, and not by each context as it is made: there are two a request.</summary>
internal static class ContextOptions
{
    public static DbContextOptionsBuilder<T> WithOurs<T>(this DbContextOptionsBuilder<T> options)
        where T : DbContext => options
        .ReplaceService<IModelCacheKeyFactory, ModelCacheKey>()
        .EnableThreadSafetyChecks(false) // a request is one flow of control

        // Both ends of our relations carry the same filter, which the check cannot see; tag collections are read in one go on purpose.
        .ConfigureWarnings(static warnings => warnings
            .Ignore(CoreEventId.PossibleIncorrectRequiredNavigationWithQueryFilterInteractionWarning)
            .Ignore(RelationalEventId.MultipleCollectionIncludeWarning)
            .Ignore(CoreEventId.ManyServiceProvidersCreatedWarning)
            .Ignore(CoreEventId.RowLimitingOperationWithoutOrderByWarning)
            .Ignore(CoreEventId.FirstWithoutOrderByAndFilterWarning));
}
