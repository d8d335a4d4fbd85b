"""Operations of lineage tracking."""

from localcloud.core.cloud import Handler, Operations
from localcloud.core.operations import of
from localcloud.lineage import association
from localcloud.lineage.entity import ACTION, ARTIFACT, CONTEXT, Entity


def _of_entity(entity: Entity) -> dict[str, Handler]:
    noun = entity.noun
    return {
        f"Create{noun}": entity.create,
        f"Describe{noun}": entity.describe,
        f"List{noun}s": entity.list,
        f"Update{noun}": entity.update,
        f"Delete{noun}": entity.delete,
    }


OPERATIONS: Operations = of(
    "sagemaker",
    {
        **_of_entity(ARTIFACT),
        **_of_entity(ACTION),
        **_of_entity(CONTEXT),
        "AddAssociation": association.add_association,
        "ListAssociations": association.list_associations,
        "DeleteAssociation": association.delete_association,
    },
)
