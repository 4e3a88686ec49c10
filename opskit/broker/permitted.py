"""What an Amazon MQ configuration may hold: the elements inside each element, and attributes.

Source: the XML schemas that AWS publishes for ActiveMQ on Amazon MQ (5.17.6, 5.18.4 and 5.19.1,
taken together) and the developer guide's pages on permitted elements and attributes. Amazon MQ
takes anything else out of a configuration when it is saved, and says so in the `Warnings` of
UpdateConfiguration.
"""

#: The elements that each element may hold; one that is not named here holds none.
CHILDREN = {
    name: frozenset(names.split())
    for name, names in {
        "authorizationEntries": "authorizationEntry tempDestinationAuthorizationEntry",
        "authorizationMap": "authorizationEntries defaultEntry tempDestinationAuthorizationEntry",
        "authorizationPlugin": "map",
        "broker": (
            "destinationInterceptors destinationPolicy destinations networkConnectors "
            "persistenceAdapter plugins systemUsage transportConnectors"
        ),
        "compositeQueue": "forwardTo",
        "compositeTopic": "forwardTo",
        "deadLetterQueue": "queue tempQueue tempTopic topic",
        "deadLetterStrategy": "discarding individualDeadLetterStrategy sharedDeadLetterStrategy",
        "defaultEntry": (
            "authorizationEntry policyEntry redeliveryPolicy tempDestinationAuthorizationEntry"
        ),
        "destination": "queue tempQueue tempTopic topic",
        "destinationInterceptors": "mirroredQueue virtualDestinationInterceptor",
        "destinationPolicy": "policyMap",
        "destinations": "queue tempQueue tempTopic topic",
        "dispatchPolicy": (
            "clientIdFilterDispatchPolicy priorityDispatchPolicy priorityNetworkDispatchPolicy "
            "roundRobinDispatchPolicy simpleDispatchPolicy strictOrderDispatchPolicy"
        ),
        "durableDestinations": "filteredDestination queue tempQueue tempTopic topic",
        "dynamicallyIncludedDestinations": "filteredDestination queue tempQueue tempTopic topic",
        "excludedDestinations": "filteredDestination queue tempQueue tempTopic topic",
        "forwardTo": "filteredDestination queue tempQueue tempTopic topic",
        "map": "authorizationMap",
        "memoryUsage": "memoryUsage",
        "messageEvictionStrategy": (
            "oldestMessageEvictionStrategy oldestMessageWithLowestPriorityEvictionStrategy "
            "uniquePropertyMessageEvictionStrategy"
        ),
        "messageGroupMapFactory": (
            "cachedMessageGroupMapFactory messageGroupHashBucketFactory "
            "simpleMessageGroupMapFactory"
        ),
        "networkBridgeFilterFactory": "conditionalNetworkBridgeFilterFactory",
        "networkConnector": (
            "connectionFilter durableDestinations dynamicallyIncludedDestinations "
            "excludedDestinations localUri objectName staticallyIncludedDestinations uri"
        ),
        "networkConnectors": "networkConnector",
        "pendingDurableSubscriberPolicy": (
            "fileDurableSubscriberCursor storeDurableSubscriberCursor vmDurableCursor"
        ),
        "pendingMessageLimitStrategy": (
            "constantPendingMessageLimitStrategy prefetchRatePendingMessageLimitStrategy"
        ),
        "pendingQueuePolicy": "fileQueueCursor storeCursor vmQueueCursor",
        "pendingSubscriberPolicy": "fileCursor vmCursor",
        "persistenceAdapter": "kahaDB",
        "plugins": (
            "authorizationPlugin discardingDLQBrokerPlugin forcePersistencyModeBrokerPlugin "
            "redeliveryPlugin statisticsBrokerPlugin timeStampingBrokerPlugin"
        ),
        "policyEntries": "policyEntry",
        "policyEntry": (
            "deadLetterStrategy destination dispatchPolicy messageEvictionStrategy "
            "messageGroupMapFactory networkBridgeFilterFactory pendingDurableSubscriberPolicy "
            "pendingMessageLimitStrategy pendingQueuePolicy pendingSubscriberPolicy "
            "slowConsumerStrategy subscriptionRecoveryPolicy"
        ),
        "policyMap": "defaultEntry policyEntries",
        "redeliveryPlugin": "redeliveryPolicyMap",
        "redeliveryPolicyEntries": "redeliveryPolicy",
        "redeliveryPolicyMap": "defaultEntry redeliveryPolicyEntries redeliveryPolicyMap",
        "retainedMessageSubscriptionRecoveryPolicy": "wrapped",
        "sharedDeadLetterStrategy": "deadLetterQueue",
        "slowConsumerStrategy": "abortSlowAckConsumerStrategy abortSlowConsumerStrategy",
        "staticallyIncludedDestinations": "filteredDestination queue tempQueue tempTopic topic",
        "subscriptionRecoveryPolicy": (
            "fixedCountSubscriptionRecoveryPolicy fixedSizedSubscriptionRecoveryPolicy "
            "lastImageSubscriptionRecoveryPolicy noSubscriptionRecoveryPolicy "
            "queryBasedSubscriptionRecoveryPolicy retainedMessageSubscriptionRecoveryPolicy "
            "timedSubscriptionRecoveryPolicy"
        ),
        "systemUsage": "memoryUsage systemUsage",
        "tempDestinationAuthorizationEntry": "tempDestinationAuthorizationEntry",
        "transportConnectors": "transportConnector",
        "virtualDestinationInterceptor": "virtualDestinations",
        "virtualDestinations": "compositeQueue compositeTopic virtualTopic",
        "wrapped": (
            "fixedCountSubscriptionRecoveryPolicy fixedSizedSubscriptionRecoveryPolicy "
            "lastImageSubscriptionRecoveryPolicy noSubscriptionRecoveryPolicy "
            "queryBasedSubscriptionRecoveryPolicy retainedMessageSubscriptionRecoveryPolicy "
            "timedSubscriptionRecoveryPolicy"
        ),
    }.items()
}

#: Elements in which anything may stand.
OPEN = frozenset({"connectionFilter", "localUri", "objectName", "uri"})

#: The attributes that each element may have; one that is not named here has none.
ATTRIBUTES = {
    name: frozenset(names.split())
    for name, names in {
        "abortSlowAckConsumerStrategy": (
            "abortConnection checkPeriod ignoreIdleConsumers ignoreNetworkConsumers "
            "maxSlowCount maxSlowDuration maxTimeSinceLastAck name"
        ),
        "abortSlowConsumerStrategy": (
            "abortConnection checkPeriod ignoreNetworkConsumers maxSlowCount maxSlowDuration name"
        ),
        "authorizationEntry": "admin queue read tempQueue tempTopic topic write",
        "broker": (
            "advisorySupport allowTempAutoCreationOnSend anonymousProducerAdvisorySupport "
            "cacheTempDestinations consumerSystemUsagePortion dedicatedTaskRunner "
            "deleteAllMessagesOnStartup enableMessageExpirationOnActiveDurableSubs "
            "keepDurableSubsActive maxPurgedDestinationsPerSweep maxSchedulerRepeatAllowed "
            "maxUncommittedCount monitorConnectionSplits networkConnectorStartAsync "
            "offlineDurableSubscriberTaskSchedule offlineDurableSubscriberTimeout "
            "persistenceThreadPriority persistent populateJMSXUserID producerSystemUsagePortion "
            "rejectDurableConsumers rollbackOnlyOnAsyncException "
            "schedulePeriodForDestinationPurge schedulerSupport "
            "splitSystemUsageForProducersConsumers start systemUsage taskRunnerPriority "
            "timeBeforePurgeTempDestinations useAuthenticatedPrincipalForJMSXUserID "
            "useMirroredQueues useTempMirroredQueues useVirtualDestSubs "
            "useVirtualDestSubsOnCreation useVirtualTopics"
        ),
        "cachedMessageGroupMapFactory": "cacheSize",
        "clientIdFilterDispatchPolicy": "ptpClientId ptpSuffix",
        "compositeQueue": "concurrentSend copyMessage forwardOnly name sendWhenNotMatched",
        "compositeTopic": "concurrentSend copyMessage forwardOnly name sendWhenNotMatched",
        "conditionalNetworkBridgeFilterFactory": (
            "rateDuration rateLimit replayDelay replayWhenNoConsumers selectorAware"
        ),
        "constantPendingMessageLimitStrategy": "limit",
        "discarding": (
            "deadLetterQueue enableAudit expiration maxAuditDepth maxProducersToAudit "
            "processExpired processNonPersistent"
        ),
        "discardingDLQBrokerPlugin": (
            "dropAll dropOnly dropTemporaryQueues dropTemporaryTopics reportInterval"
        ),
        "filteredDestination": "queue selector topic",
        "fixedCountSubscriptionRecoveryPolicy": "maximumSize",
        "fixedSizedSubscriptionRecoveryPolicy": "maximumSize useSharedBuffer",
        "forcePersistencyModeBrokerPlugin": "persistenceFlag",
        "individualDeadLetterStrategy": (
            "destinationPerDurableSubscriber enableAudit expiration maxAuditDepth "
            "maxProducersToAudit processExpired processNonPersistent queuePrefix queueSuffix "
            "topicPrefix topicSuffix useQueueForQueueMessages useQueueForTopicMessages"
        ),
        "kahaDB": (
            "checkpointInterval cleanupOnStop concurrentStoreAndDispatchQueues "
            "indexWriteBatchSize journalDiskSyncInterval journalDiskSyncStrategy "
            "preallocationStrategy"
        ),
        "memoryUsage": "percentOfJvmHeap",
        "messageGroupHashBucketFactory": "bucketCount cacheSize",
        "mirroredQueue": "copyMessage postfix prefix",
        "networkConnector": (
            "advisoryAckPercentage advisoryForFailedForward advisoryPrefetchSize alwaysSyncSend "
            "bridgeFactory bridgeTempDestinations brokerName brokerURL "
            "checkDuplicateMessagesOnDuplex clientIdToken conduitNetworkQueueSubscriptions "
            "conduitSubscriptions connectionFilter consumerPriorityBase consumerTTL "
            "decreaseNetworkConsumerPriority destinationFilter dispatchAsync duplex dynamicOnly "
            "gcDestinationViews gcSweepTime localUri messageTTL name networkTTL objectName "
            "prefetchSize staticBridge suppressDuplicateQueueSubscriptions "
            "suppressDuplicateTopicSubscriptions syncDurableSubs uri useBrokerNameAsIdSees "
            "useCompression useVirtualDestSubs userName"
        ),
        "oldestMessageEvictionStrategy": "evictExpiredMessagesHighWatermark",
        "oldestMessageWithLowestPriorityEvictionStrategy": "evictExpiredMessagesHighWatermark",
        "policyEntry": (
            "advisoryForConsumed advisoryForDelivery advisoryForDiscardingMessages "
            "advisoryForDispatched advisoryForFastProducers advisoryForSlowConsumers "
            "advisoryWhenFull allConsumersExclusiveByDefault alwaysRetroactive "
            "blockedProducerWarningInterval consumersBeforeDispatchStarts "
            "cursorMemoryHighWaterMark doOptimzeMessageStorage durableTopicPrefetch enableAudit "
            "expireMessagesPeriod gcInactiveDestinations gcWithNetworkConsumers "
            "inactiveTimeoutBeforeGC inactiveTimoutBeforeGC includeBodyForAdvisory lazyDispatch "
            "maxAuditDepth maxBrowsePageSize maxDestinations maxExpirePageSize maxPageSize "
            "maxProducersToAudit maxQueueAuditDepth memoryLimit messageGroupMapFactoryType "
            "minimumMessageSize optimizeMessageStoreInFlightLimit optimizedDispatch "
            "persistJMSRedelivered prioritizedMessages producerFlowControl queue "
            "queueBrowserPrefetch queuePrefetch reduceMemoryFootprint sendAdvisoryIfNoConsumers "
            "sendDuplicateFromStoreToDLQ sendFailIfNoSpace sendFailIfNoSpaceAfterTimeout "
            "storeUsageHighWaterMark strictOrderDispatch tempQueue tempTopic "
            "timeBeforeDispatchStarts topic topicPrefetch useCache useConsumerPriority "
            "usePrefetchExtension useTopicSubscriptionInflightStats"
        ),
        "prefetchRatePendingMessageLimitStrategy": "multiplier",
        "queryBasedSubscriptionRecoveryPolicy": "query",
        "queue": "DLQ physicalName",
        "redeliveryPlugin": "fallbackToDeadLetter sendToDlqIfMaxRetriesExceeded",
        "redeliveryPolicy": (
            "backOffMultiplier collisionAvoidancePercent initialRedeliveryDelay "
            "maximumRedeliveries maximumRedeliveryDelay preDispatchCheck queue redeliveryDelay "
            "tempQueue tempTopic topic useCollisionAvoidance useExponentialBackOff"
        ),
        "sharedDeadLetterStrategy": (
            "enableAudit expiration maxAuditDepth maxProducersToAudit processExpired "
            "processNonPersistent"
        ),
        "storeDurableSubscriberCursor": "immediatePriorityDispatch useCache",
        "systemUsage": "sendFailIfNoSpace sendFailIfNoSpaceAfterTimeout",
        "tempDestinationAuthorizationEntry": "admin queue read tempQueue tempTopic topic write",
        "tempQueue": "DLQ physicalName",
        "tempTopic": "DLQ physicalName",
        "timeStampingBrokerPlugin": (
            "futureOnly processNetworkMessages ttlCeiling zeroExpirationOverride"
        ),
        "timedSubscriptionRecoveryPolicy": "recoverDuration",
        "topic": "DLQ physicalName",
        "transportConnector": (
            "name rebalanceClusterClients updateClusterClients updateClusterClientsOnRemove"
        ),
        "uniquePropertyMessageEvictionStrategy": "evictExpiredMessagesHighWatermark propertyName",
        "virtualTopic": (
            "concurrentSend dropOnResourceLimit local name postfix prefix selectorAware "
            "setOriginalDestination transactedSend"
        ),
    }.items()
}
